/** Moves graphs from older operator sets to newer ones without a change of meaning. Pure. */
@NullMarked
package io.fleetfit.compress.opset;

import org.jspecify.annotations.NullMarked;
