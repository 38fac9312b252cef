package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.VariantRef;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The rules of a rollout: pure functions from what is known and what was seen to what is known next. */
public final class RolloutPlanner {
    private RolloutPlanner() {}

    /** How a device enters a rollout. */
    public static DeviceUpdate enter(Rollout rollout, String slot, DeviceTwin twin, FitDecision decision, Instant now) {
        Optional<VariantRef> chosen = decision.chosen().map(FitDecision.Ranked::variant);
        Optional<VariantRef> active = report(twin.reported(), slot)
                .flatMap(report -> Optional.ofNullable(report.active()))
                .map(VariantRef::parse);
        DeviceUpdate.State state = chosen.isEmpty()
                ? DeviceUpdate.State.NO_FIT
                : runsAlready(twin, slot, chosen.get(), active)
                        ? DeviceUpdate.State.CURRENT
                        : DeviceUpdate.State.PENDING;
        return new DeviceUpdate(
                rollout.id(),
                twin.deviceId(),
                0,
                chosen.orElse(null),
                twin.target(slot)
                        .map(target -> target.variant())
                        .or(() -> active)
                        .orElse(null),
                state,
                0,
                null,
                now);
    }

    private static boolean runsAlready(DeviceTwin twin, String slot, VariantRef chosen, Optional<VariantRef> active) {
        return active.filter(chosen::equals).isPresent()
                && twin.target(slot)
                        .filter(target -> target.variant().equals(chosen))
                        .isPresent()
                && report(twin.reported(), slot)
                        .filter(report -> report.state() == UpdateState.COMMITTED)
                        .isPresent();
    }

    /** What a device was asked: it becomes {@code UPDATING} at the generation that asks for it. */
    public static DeviceUpdate asked(DeviceUpdate update, long generation, Instant now) {
        return with(update, DeviceUpdate.State.UPDATING, generation, null, now);
    }

    /** What a report means for an update under way; the same update if nothing. */
    public static DeviceUpdate observe(DeviceUpdate update, String slot, ReportedState reported, Instant now) {
        Optional<SlotReport> report = report(reported, slot);
        if (update.state() != DeviceUpdate.State.UPDATING
                || update.variant() == null
                || report.isEmpty()
                || reported.generation() < update.generation()) {
            return update;
        }
        SlotReport seen = report.get();
        return switch (seen.state()) {
            case COMMITTED ->
                update.variant().toString().equals(seen.active())
                        ? with(update, DeviceUpdate.State.SUCCEEDED, update.generation(), null, now)
                        : update;
            case FAILED, ROLLED_BACK ->
                seen.generation() >= update.generation()
                        ? with(update, DeviceUpdate.State.FAILED, update.generation(), error(seen), now)
                        : update;
            case IDLE, DOWNLOADING, VERIFYING, STAGED, QUALIFYING, ACTIVE, ROLLING_BACK -> update;
        };
    }

    private static UpdateError error(SlotReport seen) {
        return seen.error() == null
                ? UpdateError.of(
                        ErrorCode.RUNTIME_TRIAL, "the device went back to what it ran before and gave no reason")
                : seen.error();
    }

    /** A device that was asked and has been silent for {@code patience} counts as failed. */
    public static DeviceUpdate timeOut(DeviceUpdate update, Duration patience, Instant now) {
        if (update.state() != DeviceUpdate.State.UPDATING
                || now.isBefore(update.updatedAt().plus(patience))) {
            return update;
        }
        UpdateError silence = UpdateError.of(
                ErrorCode.NETWORK_UNREACHABLE,
                "the device did not finish within " + patience.toMinutes()
                        + " minutes; it still updates when it comes back");
        return with(update, DeviceUpdate.State.FAILED, update.generation(), silence, now);
    }

    /** Takes a device out of the rollout. */
    public static DeviceUpdate aborted(DeviceUpdate update, Instant now) {
        return with(update, DeviceUpdate.State.ABORTED, update.generation(), update.error(), now);
    }

    /** The end of a rollout all of whose devices have ended; the same rollout if some have not. */
    public static Rollout conclude(Rollout rollout, Collection<DeviceUpdate> updates, Instant now) {
        if (rollout.state() != Rollout.State.RUNNING
                || !updates.stream().allMatch(update -> update.state().isEnded())) {
            return rollout;
        }
        long failed = updates.stream()
                .filter(update -> update.state() == DeviceUpdate.State.FAILED)
                .count();
        return failed == 0
                ? ended(rollout, Rollout.State.SUCCEEDED, null, now)
                : ended(
                        rollout,
                        Rollout.State.FAILED,
                        failed + " of " + updates.size() + (updates.size() == 1 ? " device" : " devices") + " failed",
                        now);
    }

    /** The rollout in another state. */
    static Rollout ended(Rollout rollout, Rollout.State state, @Nullable String reason, Instant now) {
        return new Rollout(
                rollout.id(),
                rollout.deployment(),
                rollout.version(),
                state,
                reason,
                rollout.startedAt(),
                state.isEnded() ? now : null);
    }

    private static Optional<SlotReport> report(@Nullable ReportedState reported, String slot) {
        return reported == null
                ? Optional.empty()
                : reported.slots().stream()
                        .filter(report -> report.slot().equals(slot))
                        .findFirst();
    }

    private static DeviceUpdate with(
            DeviceUpdate update, DeviceUpdate.State state, long generation, @Nullable UpdateError error, Instant now) {
        return new DeviceUpdate(
                update.rollout(),
                update.deviceId(),
                update.wave(),
                update.variant(),
                update.previous(),
                state,
                generation,
                error,
                now);
    }
}
