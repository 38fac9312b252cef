/** A fleet in one process on a virtual clock: real update machines, the real planner, fit and gates, and every fault. */
@NullMarked
package io.fleetfit.deploy.simulate;

import org.jspecify.annotations.NullMarked;
