package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.Selector;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.NotFound;
import io.fleetfit.rollout.plan.PlanCheck;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Begins rollouts, and says what beginning one would do. Devices stream from the fleet into the store. */
final class Starter {
    private static final int BATCH = 1_000;

    private final RolloutParts parts;

    Starter(RolloutParts parts) {
        this.parts = parts;
    }

    /** What a rollout of the deployment would do; by another plan than its own, if one is given. */
    PlanPreview preview(Deployment wish, @Nullable RolloutPlan plan) {
        Deployment deployment = by(wish, plan);
        String version = parts.fit().version(deployment.model(), deployment.revision());
        Instant now = parts.clock().instant();
        Rollout rollout = new Rollout("r-0", deployment.name(), version, Rollout.State.WAITING, null, now, null);
        PlanPreview.Collector collector = new PlanPreview.Collector(new Intake(rollout, deployment, now));
        Selector selector = Selector.parse(deployment.selector());
        parts.fit().decideAll(selector, deployment.model(), version, deployment.policy(), collector::add);
        return collector.finish(parts.fit().preview(selector, deployment.model(), version, deployment.policy()));
    }

    /** The rollout with all its devices, stored. */
    RolloutState start(Deployment wish, @Nullable RolloutPlan plan, String who) {
        Deployment deployment = by(wish, plan);
        requireNone(deployment.name());
        Instant now = parts.clock().instant();
        Rollout rollout = new Rollout(
                parts.rollouts().nextRolloutId(),
                deployment.name(),
                parts.fit().version(deployment.model(), deployment.revision()),
                Rollout.State.WAITING,
                null,
                now,
                null);
        parts.rollouts().beginRollout(rollout);
        Intake intake = new Intake(rollout, deployment, now);
        Batch batch = new Batch(rollout.id());
        parts.fit()
                .decideAll(
                        Selector.parse(deployment.selector()),
                        deployment.model(),
                        rollout.version(),
                        deployment.policy(),
                        decided -> batch.add(
                                intake.add(decided.device(), decided.twin(), decided.decision()), decided.decision()));
        batch.flush();
        RolloutState state = intake.finish();
        parts.rollouts().finishRollout(state);
        parts.rollouts()
                .audit(new AuditEntry(
                        0,
                        now,
                        deployment.name(),
                        rollout.id(),
                        who,
                        "start",
                        deployment.model() + "@" + rollout.version() + " for "
                                + state.terms().eligible() + " devices in "
                                + state.terms().waves() + " waves",
                        List.of()));
        return state;
    }

    private void requireNone(String deployment) {
        parts.rollouts().states(Optional.of(deployment), 1).stream()
                .map(RolloutState::rollout)
                .filter(rollout -> !rollout.state().isEnded())
                .findFirst()
                .ifPresent(rollout -> {
                    throw new Conflict(
                            "the deployment is being rolled out already",
                            "rollout",
                            rollout.id(),
                            "wait for its end, or abort it: fleetfit rollout abort " + rollout.id());
                });
    }

    private Deployment by(Deployment wish, @Nullable RolloutPlan plan) {
        RolloutPlan own = plan == null ? wish.plan() : plan;
        if (own != null) {
            for (String name : PlanCheck.checked(own).starting().dependencies()) {
                if (parts.rollouts().deployment(name).isEmpty()) {
                    throw new NotFound("deployment", name, "fleetfit deployment list shows them");
                }
            }
        }
        return new Deployment(
                wish.name(),
                wish.selector(),
                wish.model(),
                wish.revision(),
                wish.slot(),
                wish.policy(),
                own,
                wish.createdAt());
    }

    /** A device that came later, as it enters; with the decision for it. */
    record Joining(DeviceUpdate update, FitDecision decision) {}

    Joining joining(Deployment wish, RolloutState state, Device device) {
        FitDecision decision = parts.fit()
                .decide(
                        device.id(),
                        state.terms().model(),
                        state.rollout().version(),
                        state.terms().policy());
        Deployment deployment = new Deployment(
                wish.name(),
                wish.selector(),
                state.terms().model(),
                wish.revision(),
                state.terms().slot(),
                state.terms().policy(),
                state.terms().plan(),
                wish.createdAt());
        Intake intake = new Intake(state.rollout(), deployment, parts.clock().instant());
        return new Joining(intake.enter(device, parts.fleet().twin(device.id()), decision), Intake.shared(decision));
    }

    /** Gathers devices to store many at once. */
    private final class Batch {
        private final String rollout;
        private final List<DeviceUpdate> updates = new ArrayList<>();
        private final Map<String, FitDecision> decisions = new HashMap<>();

        Batch(String rollout) {
            this.rollout = rollout;
        }

        void add(DeviceUpdate update, FitDecision decision) {
            updates.add(update);
            decisions.computeIfAbsent(update.place().decision(), key -> Intake.shared(decision));
            if (updates.size() >= BATCH) {
                flush();
            }
        }

        void flush() {
            parts.rollouts().addUpdates(rollout, updates, decisions);
            updates.clear();
            decisions.clear();
        }
    }
}
