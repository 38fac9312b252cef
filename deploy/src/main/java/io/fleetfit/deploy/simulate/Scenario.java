package io.fleetfit.deploy.simulate;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.rollout.plan.PlanCheck;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What is simulated.
 *
 * @param devices how many there are at the start
 * @param joiners how many come later
 * @param plan how the new version is rolled out; absent is another plan for each seed
 * @param badShare chance that a variant of the new version fails its trial on a device
 * @param faults what goes wrong until the faults end; absent is everything
 * @param faultMinutes virtual minutes after which nothing goes wrong any more
 * @param runs how many runs, each with the next seed
 * @param seed of the first run
 */
public record Scenario(
        int devices,
        int joiners,
        @Nullable RolloutPlan plan,
        double badShare,
        @Nullable Faults faults,
        int faultMinutes,
        int runs,
        long seed) {
    private static final int MOST_DEVICES = 20_000;

    public Scenario {
        require(devices >= 1 && devices <= MOST_DEVICES, "devices", devices, "use 1 to " + MOST_DEVICES);
        require(joiners >= 0 && joiners <= MOST_DEVICES, "joiners", joiners, "use 0 to " + MOST_DEVICES);
        require(badShare >= 0 && badShare <= 1, "badShare", badShare, "use 0 to 1");
        require(faultMinutes >= 0, "faultMinutes", faultMinutes, "use 0 or more");
        require(runs >= 1, "runs", runs, "use 1 or more");
        if (plan != null) {
            PlanCheck.checked(plan);
        }
    }

    private static void require(boolean holds, String field, Object value, String remedy) {
        if (!holds) {
            throw new IllegalArgumentException(field + " cannot be " + value + ": " + remedy);
        }
    }

    /** Small fleets with everything going wrong, another plan for each seed. */
    public static Scenario rough(long seed) {
        return new Scenario(6, 1, null, 0.1, null, 20, 1, seed);
    }

    /** The same from one seed on. */
    Scenario from(long first, int count) {
        return new Scenario(devices, joiners, plan, badShare, faults, faultMinutes, count, first);
    }

    /** Reads YAML; throws {@link IllegalArgumentException} that says what is wrong. */
    static Scenario read(Path file) throws IOException {
        ObjectMapper json = JsonCodec.mapper().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        return json.treeToValue(new YAMLMapper().readTree(file.toFile()), Scenario.class);
    }
}
