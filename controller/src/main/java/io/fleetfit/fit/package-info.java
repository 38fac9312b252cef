/** Choosing the variant for a device: filter, score, explain. Pure. */
@NullMarked
package io.fleetfit.fit;

import org.jspecify.annotations.NullMarked;
