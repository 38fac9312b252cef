package io.fleetfit.rollout.plan;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Two phases: all devices download and check the new variant first, and the waves then only activate it.
 *
 * @param activateAt when the waves begin; absent is when somebody promotes the rollout
 */
public record PreStage(@Nullable Instant activateAt) {}
