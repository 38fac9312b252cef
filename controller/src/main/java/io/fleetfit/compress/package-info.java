/** Recipes: named lists of passes over ONNX graphs. Pure. */
@NullMarked
package io.fleetfit.compress;

import org.jspecify.annotations.NullMarked;
