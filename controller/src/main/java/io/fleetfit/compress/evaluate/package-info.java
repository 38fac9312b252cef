/** How good a variant is: quality on labelled data, likeness to its parent, latency as a ratio. Pure. */
@NullMarked
package io.fleetfit.compress.evaluate;

import org.jspecify.annotations.NullMarked;
