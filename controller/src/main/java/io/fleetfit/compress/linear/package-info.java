/** Layers that are linear in their input: their weights as matrices, moments of what flows into them, least squares. Pure. */
@NullMarked
package io.fleetfit.compress.linear;

import org.jspecify.annotations.NullMarked;
