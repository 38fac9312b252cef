package io.fleetfit.rollout;

import io.fleetfit.fit.Policy;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A standing wish: devices matching the selector run the model within the policy.
 *
 * @param name unique
 * @param selector text form of a {@link io.fleetfit.fleet.Selector}
 * @param model name of the model
 * @param revision alias or version of the model
 * @param slot slot on the device; by default the model's name
 * @param policy budget and objective
 * @param plan how it is moved to a new version; absent is {@link RolloutPlan#standard}
 * @param createdAt when
 */
public record Deployment(
        String name,
        String selector,
        String model,
        String revision,
        String slot,
        Policy policy,
        @Nullable RolloutPlan plan,
        Instant createdAt) {
    /** A deployment without a plan of its own. */
    public Deployment(
            String name,
            String selector,
            String model,
            String revision,
            String slot,
            Policy policy,
            Instant createdAt) {
        this(name, selector, model, revision, slot, policy, null, createdAt);
    }

    public Deployment {
        VariantRef.requireName("deployment", name);
        VariantRef.requireName("slot", slot);
    }
}
