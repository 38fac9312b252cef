package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.plan.Limits;
import io.fleetfit.rollout.plan.RolloutPlan;
import io.fleetfit.rollout.plan.Window;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Takes devices into a rollout while they stream by, and fixes its terms at the end. Keeps a number a device, no more. For
 * one thread.
 */
final class Intake {
    private static final int KEYS = 10_000;

    private final Rollout rollout;
    private final Deployment deployment;
    private final Instant now;
    private final Stratification order = new Stratification();
    private final Map<State, Long> counts = new EnumMap<>(State.class);
    private final Set<String> zones = new HashSet<>();
    private final Set<VariantRef> variants = new HashSet<>();
    private final Map<FitDecision, String> keys = new LinkedHashMap<>();

    Intake(Rollout rollout, Deployment deployment, Instant now) {
        this.rollout = rollout;
        this.deployment = deployment;
        this.now = now;
    }

    /** How a device enters. */
    DeviceUpdate add(Device device, DeviceTwin twin, FitDecision decision) {
        DeviceUpdate update = enter(device, twin, decision);
        counts.merge(update.state(), 1L, Long::sum);
        if (update.state() == State.PENDING) {
            order.add(update.place().profile(), update.place().order());
            zones.add(update.place().zone());
            decision.ranking().forEach(ranked -> variants.add(ranked.variant()));
        }
        return update;
    }

    DeviceUpdate enter(Device device, DeviceTwin twin, FitDecision decision) {
        String slot = deployment.slot();
        Optional<FitDecision.Ranked> chosen = decision.chosen();
        Optional<SlotReport> report = report(twin, slot);
        Optional<VariantRef> active =
                report.flatMap(seen -> Optional.ofNullable(seen.active())).map(VariantRef::parse);
        State state = chosen.isEmpty()
                ? State.NO_FIT
                : runsAlready(twin, slot, chosen.get().variant(), report, active) ? State.CURRENT : State.PENDING;
        return new DeviceUpdate(
                rollout.id(),
                device.id(),
                place(device, decision),
                0,
                chosen.map(FitDecision.Ranked::variant).orElse(null),
                previous(twin, slot, active),
                state,
                DeviceUpdate.Act.NONE,
                0,
                null,
                DeviceUpdate.Watch.NEW,
                now);
    }

    /** What the slot goes back to: what the device shall run now, unless that was only to be staged. */
    private static @Nullable VariantRef previous(DeviceTwin twin, String slot, Optional<VariantRef> active) {
        return twin.target(slot)
                .filter(target -> !Boolean.TRUE.equals(target.stageOnly()))
                .map(SlotTarget::variant)
                .or(() -> active)
                .orElse(null);
    }

    private static Optional<SlotReport> report(DeviceTwin twin, String slot) {
        return twin.reported() == null
                ? Optional.empty()
                : twin.reported().slots().stream()
                        .filter(it -> it.slot().equals(slot))
                        .findFirst();
    }

    private static boolean runsAlready(
            DeviceTwin twin, String slot, VariantRef chosen, Optional<SlotReport> report, Optional<VariantRef> active) {
        return active.filter(chosen::equals).isPresent()
                && twin.target(slot)
                        .filter(target -> target.variant().equals(chosen))
                        .isPresent()
                && report.filter(it -> it.state() == UpdateState.COMMITTED).isPresent();
    }

    private DeviceUpdate.Place place(Device device, FitDecision decision) {
        RolloutPlan plan = deployment.plan() == null ? RolloutPlan.atOnce() : deployment.plan();
        Window window = plan.window();
        Limits.Unavailable unavailable = plan.bounds().unavailable();
        return new DeviceUpdate.Place(
                device.profile(),
                window == null ? "UTC" : window.zoneOf(device.labels().get(window.label())),
                unavailable == null ? "" : device.labels().getOrDefault(unavailable.label(), ""),
                Stratification.order(device.id(), rollout.version()),
                decision.chosen().map(FitDecision.Ranked::downloadBytes).orElse(0L),
                key(decision));
    }

    /** The same key for decisions that differ only in their device. */
    String key(FitDecision decision) {
        FitDecision shared = shared(decision);
        String known = keys.get(shared);
        if (known != null) {
            return known;
        }
        if (keys.size() >= KEYS) {
            keys.remove(keys.keySet().iterator().next());
        }
        String key = Digest.of(JsonCodec.encode(shared)).hex();
        keys.put(shared, key);
        return key;
    }

    /** The decision for no device in particular. */
    static FitDecision shared(FitDecision decision) {
        return new FitDecision("", decision.ranking(), decision.rejections());
    }

    /** The rollout with its terms, once all devices are in. */
    RolloutState finish() {
        RolloutPlan plan = deployment.plan() == null ? RolloutPlan.standard(order.total()) : deployment.plan();
        List<Long> quotas = order.quotas(plan.allWaves());
        Terms terms = new Terms(
                plan,
                deployment.policy(),
                deployment.slot(),
                deployment.model(),
                order.total(),
                quotas,
                order.borders(quotas),
                zones,
                variants);
        return new RolloutState(rollout, terms, Progress.begin(quotas.size(), new HashMap<>(counts), now), 0);
    }
}
