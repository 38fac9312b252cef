/** Deployments and the rollouts that move devices to them. Pure. */
@NullMarked
package io.fleetfit.rollout;

import org.jspecify.annotations.NullMarked;
