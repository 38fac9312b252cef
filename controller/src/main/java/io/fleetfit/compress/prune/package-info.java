/** Structured pruning: which channels belong together, which to remove, and how the rest makes up for them. Pure. */
@NullMarked
package io.fleetfit.compress.prune;

import org.jspecify.annotations.NullMarked;
