package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.DesiredStates;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.Selector;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.VariantRef;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves devices to what deployments wish. Each transition is stored before it acts, and everything that acts can be
 * done twice, so that a controller that was killed goes on where it was.
 */
public final class RolloutService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutService.class);
    private static final Duration TICK = Duration.ofSeconds(15);
    private static final Duration TOGETHER = Duration.ofMillis(200);
    private static final int LOCKS = 64;

    private final Parts parts;
    private final Duration patience;
    private final Object[] locks = new Object[LOCKS];
    private final Set<String> concluding = ConcurrentHashMap.newKeySet();
    private final ScheduledExecutorService worker = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "rollouts");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * What the service works with.
     *
     * @param rollouts deployments and rollouts
     * @param fleet devices and twins
     * @param fit decides
     * @param desired tells devices
     * @param sink where live happenings go
     * @param clock time
     */
    public record Parts(
            RolloutStore rollouts,
            FleetStore fleet,
            FleetFit fit,
            DesiredStates desired,
            EventSink sink,
            Clock clock) {}

    /** @param patience how long a device that was asked may take before it counts as failed */
    public RolloutService(Parts parts, Duration patience) {
        this.parts = parts;
        this.patience = patience;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new Object();
        }
    }

    /** Goes on with everything that an earlier controller left unfinished; call once, when devices can be told. */
    public void resume() {
        for (Rollout rollout : parts.rollouts().running()) {
            LOG.info("going on with rollout {}", rollout.id());
            execute(() -> proceed(rollout.id()));
        }
        var unused = worker.scheduleWithFixedDelay(this::tick, TICK.toSeconds(), TICK.toSeconds(), TimeUnit.SECONDS);
    }

    /**
     * Decides for every device of the deployment and begins to move them.
     *
     * @throws NotFound if there is no such deployment, model or version
     * @throws Conflict if a rollout of it is under way
     */
    public synchronized Rollout start(String name) {
        Deployment deployment = deployment(name);
        parts.rollouts().rollouts(Optional.of(name)).stream()
                .filter(rollout -> !rollout.state().isEnded())
                .findFirst()
                .ifPresent(rollout -> {
                    throw new Conflict(
                            "the deployment is being rolled out already",
                            "rollout",
                            rollout.id(),
                            "wait for its end, or abort it: fleetfit rollout abort " + rollout.id());
                });
        Instant now = parts.clock().instant();
        Rollout rollout = new Rollout(
                parts.rollouts().nextRolloutId(),
                name,
                parts.fit().version(deployment.model(), deployment.revision()),
                Rollout.State.RUNNING,
                null,
                now,
                null);
        List<DeviceUpdate> updates = new ArrayList<>();
        List<FitDecision> decisions = new ArrayList<>();
        parts.fit()
                .decideAll(
                        Selector.parse(deployment.selector()),
                        deployment.model(),
                        rollout.version(),
                        deployment.policy(),
                        decided -> {
                            updates.add(RolloutPlanner.enter(
                                    rollout, deployment.slot(), decided.twin(), decided.decision(), now));
                            decisions.add(decided.decision());
                        });
        parts.rollouts().insertRollout(rollout, updates, decisions);
        changed(rollout);
        execute(() -> proceed(rollout.id()));
        return rollout;
    }

    /**
     * Stops a rollout: devices that were not asked stay as they are, downloads in flight are called off.
     *
     * @throws NotFound if there is no such rollout
     * @throws Conflict if it has ended
     */
    public synchronized Rollout abort(String id, AbortMode mode) {
        Rollout rollout = rollout(id);
        if (rollout.state() != Rollout.State.RUNNING) {
            throw new Conflict(
                    "only a running rollout can be aborted",
                    "rollout",
                    id + " (" + rollout.state() + ")",
                    "start a rollout of the version that the devices shall run instead");
        }
        Rollout aborting = RolloutPlanner.ended(
                rollout, Rollout.State.ABORTING, reason(mode), parts.clock().instant());
        parts.rollouts().updateRollout(aborting);
        changed(aborting);
        execute(() -> proceed(id));
        return aborting;
    }

    private static String reason(AbortMode mode) {
        return mode == AbortMode.REVERT
                ? "aborted; updated devices go back to what they ran before"
                : "aborted; updated devices keep the new variant";
    }

    /** The rollout; {@link NotFound} if there is none. */
    public Rollout rollout(String id) {
        return parts.rollouts()
                .rollout(id)
                .orElseThrow(() -> new NotFound("rollout", id, "fleetfit rollout status without an id lists them"));
    }

    /** The deployment; {@link NotFound} if there is none. */
    public Deployment deployment(String name) {
        return parts.rollouts()
                .deployment(name)
                .orElseThrow(() -> new NotFound("deployment", name, "fleetfit deployment list shows them"));
    }

    /** Follows a report of a device. */
    public void reported(ReportedState reported) {
        DeviceTwin twin = parts.fleet().twin(reported.deviceId());
        for (SlotTarget target : twin.targets()) {
            if (target.rollout() != null) {
                change(
                        target.rollout(),
                        reported.deviceId(),
                        update -> RolloutPlanner.observe(
                                update, target.slot(), reported, parts.clock().instant()));
            }
        }
    }

    /** A device that came after the rollouts of its deployments follows them now. */
    public void connected(String deviceId) {
        Optional<Device> device = parts.fleet().device(deviceId);
        for (Deployment deployment : parts.rollouts().deployments()) {
            if (device.filter(Selector.parse(deployment.selector())::matches).isPresent()) {
                parts.rollouts().rollouts(Optional.of(deployment.name())).stream()
                        .findFirst()
                        .filter(RolloutService::isFollowed)
                        .filter(rollout ->
                                parts.rollouts().update(rollout.id(), deviceId).isEmpty())
                        .ifPresent(rollout -> execute(() -> join(deployment, rollout, deviceId)));
            }
        }
    }

    private static boolean isFollowed(Rollout rollout) {
        return rollout.state() == Rollout.State.RUNNING
                || rollout.state() == Rollout.State.SUCCEEDED
                || rollout.state() == Rollout.State.FAILED;
    }

    private void join(Deployment deployment, Rollout rollout, String deviceId) {
        if (parts.rollouts().update(rollout.id(), deviceId).isPresent()) {
            return;
        }
        FitDecision decision = parts.fit().decide(deviceId, deployment.model(), rollout.version(), deployment.policy());
        DeviceUpdate update = RolloutPlanner.enter(
                rollout,
                deployment.slot(),
                parts.fleet().twin(deviceId),
                decision,
                parts.clock().instant());
        parts.rollouts().addUpdate(update, decision);
        if (update.state() == DeviceUpdate.State.PENDING) {
            ask(deployment, update);
        }
    }

    /** Does what the stored state of a rollout asks for. */
    private void proceed(String id) {
        Rollout rollout = rollout(id);
        Deployment deployment = deployment(rollout.deployment());
        if (rollout.state() == Rollout.State.ABORTING) {
            takeBack(rollout, deployment);
            return;
        }
        for (DeviceUpdate update : parts.rollouts().updates(id)) {
            if (update.state() == DeviceUpdate.State.PENDING) {
                ask(deployment, update);
            }
        }
        conclude(id);
    }

    private void ask(Deployment deployment, DeviceUpdate update) {
        VariantRef variant = update.variant();
        if (variant == null || rollout(update.rollout()).state() == Rollout.State.ABORTING) {
            return;
        }
        SlotTarget target = new SlotTarget(
                deployment.slot(),
                variant,
                new Budget(
                        deployment.policy().maxP95Millis(), deployment.policy().maxMemoryBytes()),
                deployment.name(),
                update.rollout());
        DeviceTwin twin =
                parts.fleet().updateTargets(update.deviceId(), targets -> replaced(targets, deployment.slot(), target));
        change(
                update.rollout(),
                update.deviceId(),
                pending -> pending.state() == DeviceUpdate.State.PENDING
                        ? RolloutPlanner.asked(
                                pending, twin.generation(), parts.clock().instant())
                        : pending);
        publish(twin);
    }

    private void takeBack(Rollout rollout, Deployment deployment) {
        boolean revert = reason(AbortMode.REVERT).equals(rollout.reason());
        for (DeviceUpdate update : parts.rollouts().updates(rollout.id())) {
            boolean undo = update.state() == DeviceUpdate.State.UPDATING
                    || (revert && update.state() == DeviceUpdate.State.SUCCEEDED);
            if (undo) {
                restore(deployment, update);
            }
            if (undo || update.state() == DeviceUpdate.State.PENDING) {
                change(
                        rollout.id(),
                        update.deviceId(),
                        now -> RolloutPlanner.aborted(now, parts.clock().instant()));
            }
        }
        Rollout aborted = RolloutPlanner.ended(
                rollout, Rollout.State.ABORTED, rollout.reason(), parts.clock().instant());
        parts.rollouts().updateRollout(aborted);
        changed(aborted);
    }

    private void restore(Deployment deployment, DeviceUpdate update) {
        VariantRef previous = update.previous();
        DeviceTwin twin = parts.fleet()
                .updateTargets(
                        update.deviceId(),
                        targets -> replaced(
                                targets,
                                deployment.slot(),
                                previous == null
                                        ? null
                                        : new SlotTarget(
                                                deployment.slot(), previous, Budget.none(), deployment.name(), null)));
        publish(twin);
    }

    private static List<SlotTarget> replaced(List<SlotTarget> targets, String slot, @Nullable SlotTarget target) {
        List<SlotTarget> changed = new ArrayList<>(targets);
        changed.removeIf(old -> old.slot().equals(slot));
        if (target != null) {
            changed.add(target);
        }
        return changed;
    }

    private void publish(DeviceTwin twin) {
        try {
            parts.desired().publish(twin);
        } catch (RuntimeException e) {
            LOG.error("cannot send {} what it shall run", twin.deviceId(), e);
        }
    }

    /** Changes the stored update of a device, one change at a time for each. */
    private void change(String rollout, String deviceId, UnaryOperator<DeviceUpdate> change) {
        DeviceUpdate after;
        synchronized (locks[Math.floorMod(deviceId.hashCode(), LOCKS)]) {
            Optional<DeviceUpdate> before = parts.rollouts().update(rollout, deviceId);
            if (before.isEmpty()) {
                return;
            }
            after = change.apply(before.get());
            if (after.equals(before.get())) {
                return;
            }
            parts.rollouts().saveUpdate(after);
        }
        parts.sink()
                .emit(
                        "rollout.device",
                        Map.of(
                                "rollout",
                                rollout,
                                "device",
                                deviceId,
                                "state",
                                after.state().name()));
        if (after.state().isEnded() && after.state() != DeviceUpdate.State.ABORTED) {
            concludeSoon(rollout);
        }
    }

    /** Looking at all devices of a rollout costs; many that end together are looked at once. */
    private void concludeSoon(String rollout) {
        if (concluding.add(rollout)) {
            try {
                var unused = worker.schedule(
                        () -> {
                            concluding.remove(rollout);
                            guarded(() -> conclude(rollout));
                        },
                        TOGETHER.toMillis(),
                        TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                LOG.debug("closing; the next start goes on", e);
            }
        }
    }

    private void conclude(String id) {
        Rollout rollout = rollout(id);
        if (rollout.state() != Rollout.State.RUNNING) {
            return;
        }
        Rollout concluded = RolloutPlanner.conclude(
                rollout, parts.rollouts().updates(id), parts.clock().instant());
        if (!concluded.equals(rollout)) {
            parts.rollouts().updateRollout(concluded);
            changed(concluded);
        }
    }

    private void tick() {
        try {
            Instant now = parts.clock().instant();
            for (Rollout rollout : parts.rollouts().running()) {
                for (DeviceUpdate update : parts.rollouts().updates(rollout.id())) {
                    change(rollout.id(), update.deviceId(), current -> RolloutPlanner.timeOut(current, patience, now));
                }
            }
        } catch (RuntimeException e) {
            LOG.error("the rollouts could not be looked after; next try in {} s", TICK.toSeconds(), e);
        }
    }

    private void changed(Rollout rollout) {
        parts.sink()
                .emit(
                        "rollout.updated",
                        Map.of("rollout", rollout.id(), "state", rollout.state().name()));
    }

    private void execute(Runnable work) {
        try {
            worker.execute(() -> guarded(work));
        } catch (RejectedExecutionException e) {
            LOG.debug("closing; the next start goes on", e);
        }
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("a step of a rollout failed; it is tried again when the controller starts", e);
        }
    }

    @Override
    public void close() {
        worker.shutdown();
        try {
            worker.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
