/** What a rollout shall do: waves, limits, gates and reactions, as people write them. Pure. */
@NullMarked
package io.fleetfit.rollout.plan;

import org.jspecify.annotations.NullMarked;
