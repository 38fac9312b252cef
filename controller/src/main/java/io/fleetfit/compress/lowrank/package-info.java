/** Low-rank decomposition of matrix products and convolutions. Pure. */
@NullMarked
package io.fleetfit.compress.lowrank;

import org.jspecify.annotations.NullMarked;
