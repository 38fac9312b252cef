/** Inference for programs on the device: the local API on loopback, and watched folders. */
@NullMarked
package io.fleetfit.agent.serve;

import org.jspecify.annotations.NullMarked;
