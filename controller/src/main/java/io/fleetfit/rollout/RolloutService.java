package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.Selector;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.NotFound;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rollouts as the rest of the controller sees them: starts and orders them, hears what devices say, and lets the
 * {@link RolloutEngine} step them from one thread.
 */
public final class RolloutService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutService.class);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final Duration TOGETHER = Duration.ofMillis(50);
    private static final Duration LEASE = Duration.ofSeconds(6);
    private static final int STEPS = 50;
    private static final int RETRIED = 10_000;

    private final RolloutParts parts;
    private final RolloutEngine engine;
    private final Starter starter;
    private final AtomicBoolean woken = new AtomicBoolean();
    private final Set<String> touched = ConcurrentHashMap.newKeySet();
    private volatile List<RolloutState> followed = List.of();
    private final Worker worker;

    /** @param patience how long a device that was asked may take before it counts as failed */
    public RolloutService(RolloutParts parts, Duration patience) {
        this(parts, patience, new ThreadWorker("rollouts"));
    }

    /** The same with another thread than one of its own. */
    public RolloutService(RolloutParts parts, Duration patience, Worker worker) {
        this.parts = parts;
        this.worker = worker;
        this.engine = new RolloutEngine(parts, UUID.randomUUID().toString(), LEASE, patience);
        this.starter = new Starter(parts);
    }

    /** Goes on with everything that an earlier controller left unfinished; call once, when devices can be told. */
    public void resume() {
        for (String unfinished : parts.rollouts().unfinished()) {
            LOG.warn("the start of rollout {} was cut off before anything moved; it is removed", unfinished);
            parts.rollouts().deleteRollout(unfinished);
        }
        refresh();
        for (RolloutState state : followed) {
            if (!state.rollout().state().isEnded()) {
                LOG.info("going on with rollout {}", state.rollout().id());
            }
            parts.rollouts().noteAll(state.rollout().id());
            touched.add(state.rollout().id());
        }
        wake();
        tick();
    }

    private void tick() {
        worker.after(TICK, () -> {
            guarded(this::stepAll);
            tick();
        });
    }

    /**
     * Decides for every device of the deployment and begins to move them.
     *
     * @param plan by which; absent is the deployment's own, or a standard one
     * @param who starts it
     * @throws NotFound if there is no such deployment, model or version
     * @throws Conflict if a rollout of it is under way
     */
    public synchronized Rollout start(String name, @Nullable RolloutPlan plan, String who) {
        RolloutState state = engine.begin(
                starter.start(deployment(name), plan, who).rollout().id());
        parts.sink()
                .emit(
                        "rollout.updated",
                        Map.of(
                                "rollout", state.rollout().id(),
                                "state", state.rollout().state().name()));
        refresh();
        wake();
        return state.rollout();
    }

    /** What a rollout of the deployment would do. */
    public PlanPreview preview(String name, @Nullable RolloutPlan plan) {
        return starter.preview(deployment(name), plan);
    }

    /** What a rollout of a deployment that need not be stored would do. */
    public PlanPreview preview(Deployment wish) {
        return starter.preview(wish, null);
    }

    /** Asks no more devices; {@link Conflict} if it does not run. */
    public Rollout pause(String id, String who, String reason) {
        return order(id, who, state -> Orders.pause(state, reason, parts.clock().instant()));
    }

    /** Goes on with a paused rollout; failures seen so far do not count any more. */
    public Rollout resume(String id, String who, String reason) {
        return order(
                id, who, state -> Orders.resume(state, reason, parts.clock().instant()));
    }

    /** Lets a rollout go on that waits for somebody. */
    public Rollout promote(String id, String who, String reason) {
        return order(
                id, who, state -> Orders.promote(state, reason, parts.clock().instant()));
    }

    /** Asks devices again that failed. */
    public Rollout retry(String id, String who, String reason) {
        List<DeviceUpdate> failed = parts.rollouts().updates(id, DeviceUpdate.State.FAILED, null, RETRIED);
        return order(
                id,
                who,
                state -> Orders.retry(state, failed, reason, parts.clock().instant()));
    }

    /**
     * Stops a rollout: devices that were not asked stay as they are, downloads in flight are called off.
     *
     * @throws NotFound if there is no such rollout
     * @throws Conflict if it has ended
     */
    public Rollout abort(String id, AbortMode mode, String who, String reason) {
        return order(
                id,
                who,
                state -> Orders.abort(state, mode, reason, parts.clock().instant()));
    }

    private Rollout order(String id, String who, Function<RolloutState, Step> order) {
        Rollout rollout = engine.order(id, who, Map.of(), order).rollout();
        wake();
        return rollout;
    }

    /** The rollout; {@link NotFound} if there is none. */
    public RolloutState rollout(String id) {
        return parts.rollouts()
                .state(id)
                .orElseThrow(() -> new NotFound("rollout", id, "fleetfit rollout status without an id lists them"));
    }

    /** The rollout as people look at it. */
    public RolloutView view(String id) {
        return RolloutView.of(rollout(id), parts.clock().instant());
    }

    /** Newest first; of one deployment, or of all. */
    public List<RolloutView> views(Optional<String> deployment, int limit) {
        return parts.rollouts().states(deployment, limit).stream()
                .map(state -> RolloutView.of(state, parts.clock().instant()))
                .toList();
    }

    /** The deployment; {@link NotFound} if there is none. */
    public Deployment deployment(String name) {
        return parts.rollouts()
                .deployment(name)
                .orElseThrow(() -> new NotFound("deployment", name, "fleetfit deployment list shows them"));
    }

    /** Follows a report of a device. */
    public void reported(ReportedState reported) {
        for (RolloutState state : followed) {
            parts.rollouts()
                    .update(state.rollout().id(), reported.deviceId())
                    .filter(update -> matters(state, update, reported))
                    .ifPresent(update -> {
                        parts.rollouts().note(state.rollout().id(), reported.deviceId(), false);
                        touched.add(state.rollout().id());
                        wake();
                    });
        }
    }

    /** Progress of a download changes nothing; what ends a step does. */
    private static boolean matters(RolloutState state, DeviceUpdate update, ReportedState reported) {
        return switch (update.state()) {
            case PENDING, NO_FIT, CURRENT, STAGED, REVERTED, SKIPPED, ABORTED -> false;
            case REVERTING, FAILED -> true;
            case SUCCEEDED -> slots(state, reported).anyMatch(RolloutService::isLost);
            case STAGING, UPDATING ->
                !update.watch().seen() || slots(state, reported).anyMatch(RolloutService::endsAStep);
        };
    }

    private static Stream<SlotReport> slots(RolloutState state, ReportedState reported) {
        return reported.slots().stream()
                .filter(it -> it.slot().equals(state.terms().slot()));
    }

    private static boolean isLost(SlotReport slot) {
        return slot.state() == UpdateState.FAILED || slot.state() == UpdateState.ROLLED_BACK;
    }

    private static boolean endsAStep(SlotReport slot) {
        return slot.state().isResting() || slot.state() == UpdateState.ACTIVE || slot.state() == UpdateState.STAGED;
    }

    /** A device sent telemetry. */
    public void measured(String deviceId) {
        for (RolloutState state : followed) {
            if (state.terms().plan().allGates().stream().anyMatch(GateRule::needsTelemetry)) {
                parts.rollouts()
                        .update(state.rollout().id(), deviceId)
                        .filter(update -> update.watch().activeAt() != null
                                && !update.watch().settled())
                        .ifPresent(update -> {
                            parts.rollouts().note(state.rollout().id(), deviceId, true);
                            touched.add(state.rollout().id());
                        });
            }
        }
    }

    /** A device that came, or changed its labels, after the rollouts of its deployments began follows them now. */
    public void connected(String deviceId) {
        Optional<Device> device = parts.fleet().device(deviceId);
        for (Deployment deployment : parts.rollouts().deployments()) {
            if (device.filter(Selector.parse(deployment.selector())::matches).isPresent()) {
                followed.stream()
                        .filter(state -> state.rollout().deployment().equals(deployment.name()))
                        .reduce((older, newer) -> newer)
                        .filter(RolloutPlanner::isFollowed)
                        .ifPresent(state -> execute(() -> join(deployment, state, device.get())));
            }
        }
    }

    private void join(Deployment deployment, RolloutState state, Device device) {
        String id = state.rollout().id();
        if (parts.rollouts().update(id, device.id()).isPresent()) {
            return;
        }
        Starter.Joining joining = starter.joining(deployment, state, device);
        RolloutState after = engine.order(
                id,
                AuditEntry.CONTROLLER,
                Map.of(joining.update(), joining.decision()),
                now -> Orders.join(
                        now,
                        joining.update(),
                        joining.decision().ranking().stream()
                                .map(FitDecision.Ranked::variant)
                                .toList(),
                        parts.clock().instant()));
        LOG.info("{} joined rollout {}", device.id(), after.rollout().id());
        refresh();
        stepAll();
    }

    private void refresh() {
        followed = parts.rollouts().followed();
    }

    /** Many devices that report together are looked at once. */
    private void wake() {
        if (woken.compareAndSet(false, true)) {
            worker.after(TOGETHER, () -> guarded(this::stepAll));
        }
    }

    private void stepAll() {
        woken.set(false);
        refresh();
        List<RolloutState> byPriority = followed.stream()
                .filter(this::isAtWork)
                .sorted(Comparator.comparing(
                        state -> -state.terms().plan().starting().rank()))
                .toList();
        boolean more = false;
        for (RolloutState state : byPriority) {
            more |= stepOn(state.rollout().id());
        }
        refresh();
        if (more) {
            wake();
        }
    }

    /** Steps a rollout until nothing changes any more; whether it was left before that for others to have their turn. */
    private boolean stepOn(String id) {
        if (!engine.claim(id)) {
            return false;
        }
        touched.remove(id);
        int steps = 0;
        while (steps < STEPS && engine.step(id)) {
            steps++;
        }
        return steps == STEPS;
    }

    /** Ended ones are looked at when a device of theirs said something, or while devices that joined are on their way. */
    private boolean isAtWork(RolloutState state) {
        return !state.rollout().state().isEnded()
                || touched.contains(state.rollout().id())
                || state.progress().count(DeviceUpdate.State.PENDING) > 0
                || state.progress().count(DeviceUpdate.State.UPDATING) > 0
                || state.progress().waves().stream().anyMatch(it -> it.activated() > 0);
    }

    private void execute(Runnable work) {
        worker.after(Duration.ZERO, () -> guarded(work));
    }

    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException e) {
            LOG.error("a step of a rollout failed; it is tried again in {} s", TICK.toSeconds(), e);
        }
    }

    @Override
    public void close() {
        worker.close();
        guarded(engine::release);
    }
}
