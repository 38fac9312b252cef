package io.fleetfit.rollout;

import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.GateRule;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How one device counts for the gates: a pure function of what is stored of it. */
final class Counting {
    private static final Tally OPEN = new Tally(1, 0, 0);
    private static final Tally GOOD = new Tally(1, 1, 0);
    private static final Tally BAD = new Tally(1, 1, 1);

    private Counting() {}

    /** Whether the device was asked to run the new version, and is not known to have never heard of it. */
    static boolean isExposed(DeviceUpdate update) {
        return update.state().isExposed() && update.wave() >= 0 && !isOutOfReach(update);
    }

    /** Whether the device was asked, never answered, and was called off. */
    static boolean isOutOfReach(DeviceUpdate update) {
        return update.state() == DeviceUpdate.State.FAILED
                && !update.watch().seen()
                && update.error() != null
                && update.error().code() == ErrorCode.NETWORK_UNREACHABLE;
    }

    /** What an exposed device adds to each gate that it counts for. */
    static Map<Integer, Tally> of(DeviceUpdate update, List<GateRule> gates) {
        Map<Integer, Tally> counted = new HashMap<>();
        for (int i = 0; i < gates.size(); i++) {
            Tally tally = of(update, i, gates.get(i));
            if (!tally.equals(Tally.NONE)) {
                counted.put(i, tally);
            }
        }
        return counted;
    }

    private static Tally of(DeviceUpdate update, int gate, GateRule rule) {
        DeviceUpdate.Watch watch = update.watch();
        return switch (rule.kind()) {
            case FAILURES ->
                switch (update.state()) {
                    case UPDATING -> OPEN;
                    case SUCCEEDED -> GOOD;
                    case FAILED -> BAD;
                    case PENDING, NO_FIT, CURRENT, STAGING, STAGED, REVERTING, REVERTED, SKIPPED, ABORTED -> Tally.NONE;
                };
            case SILENCE -> {
                if (watch.activeAt() == null) {
                    yield Tally.NONE;
                }
                yield watch.isBad(gate) ? BAD : watch.settled() ? GOOD : OPEN;
            }
            case LATENCY, ERRORS, DRIFT, MEMORY, TEMPERATURE ->
                watch.isMeasured(gate) ? watch.isBad(gate) ? BAD : GOOD : Tally.NONE;
            case QUERY -> Tally.NONE;
        };
    }
}
