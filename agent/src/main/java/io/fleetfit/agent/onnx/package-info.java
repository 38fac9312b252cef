/** Writes small ONNX graphs without a protobuf library. */
@NullMarked
package io.fleetfit.agent.onnx;

import org.jspecify.annotations.NullMarked;
