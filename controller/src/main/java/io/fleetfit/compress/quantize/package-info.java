/** Static quantization to 8 bits: observing activations, choosing numbers, rewriting graphs, ranking layers. Pure. */
@NullMarked
package io.fleetfit.compress.quantize;

import org.jspecify.annotations.NullMarked;
