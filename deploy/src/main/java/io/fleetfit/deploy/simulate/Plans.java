package io.fleetfit.deploy.simulate;

import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.Limits;
import io.fleetfit.rollout.plan.PreStage;
import io.fleetfit.rollout.plan.RateRule;
import io.fleetfit.rollout.plan.Reaction;
import io.fleetfit.rollout.plan.RolloutPlan;
import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.StartRule;
import io.fleetfit.rollout.plan.WaveRule;
import io.fleetfit.rollout.plan.Window;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** Plans of every kind. */
final class Plans {
    private Plans() {}

    static RolloutPlan random(Random random) {
        Span soak = Span.minutes(random.nextInt(3) == 0 ? 0 : 4 + random.nextInt(6));
        List<WaveRule> waves = new ArrayList<>();
        if (random.nextInt(4) > 0) {
            waves.add(new WaveRule(1 + random.nextInt(3), null, soak, random.nextInt(5) == 0));
            waves.add(new WaveRule(null, 50.0 + random.nextInt(30), soak, random.nextInt(5) == 0));
        }
        List<GateRule> gates = new ArrayList<>();
        if (random.nextInt(3) > 0) {
            gates.add(GateRule.of(GateRule.Kind.FAILURES).tolerating(0.05 + random.nextDouble() * 0.3, 1));
        }
        if (random.nextBoolean() && soak.duration().compareTo(Duration.ofMinutes(3)) > 0) {
            gates.add(GateRule.of(GateRule.Kind.SILENCE).tolerating(0.3, 1));
        }
        return new RolloutPlan(
                waves,
                random.nextInt(4) == 0 ? new RateRule(1 + random.nextInt(5), 2.0, 2, 60.0) : null,
                new StartRule(
                        random.nextInt(4) == 0 ? VirtualTime.START.plus(Duration.ofMinutes(6)) : null,
                        List.of(),
                        random.nextInt(6) == 0,
                        null),
                random.nextInt(6) == 0 ? new Window("00:30", "23:30", null, null, null) : null,
                new Limits(
                        1 + random.nextInt(6),
                        random.nextInt(3) == 0 ? new Limits.Unavailable("site", 1 + random.nextInt(2)) : null,
                        random.nextInt(4) == 0 ? 2_000L + random.nextInt(20_000) : null,
                        random.nextBoolean() ? Span.minutes(3 + random.nextInt(8)) : null),
                preStage(random),
                gates,
                new RolloutPlan.Reactions(
                        pick(random, Reaction.PAUSE, Reaction.KEEP, Reaction.REVERT),
                        pick(random, Reaction.PAUSE, Reaction.KEEP, Reaction.REVERT, Reaction.PROMOTE),
                        Span.minutes(10 + random.nextInt(50)),
                        random.nextBoolean(),
                        0.05));
    }

    private static @Nullable PreStage preStage(Random random) {
        return switch (random.nextInt(8)) {
            case 0 -> new PreStage(null);
            case 1 -> new PreStage(VirtualTime.START.plus(Duration.ofMinutes(5 + random.nextInt(20))));
            default -> null;
        };
    }

    private static Reaction pick(Random random, Reaction... reactions) {
        return reactions[random.nextInt(reactions.length)];
    }
}
