/** Reading, checking, costing and rewriting ONNX graphs. Pure. */
@NullMarked
package io.fleetfit.onnx;

import org.jspecify.annotations.NullMarked;
