package io.fleetfit.deploy.simulate;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.deploy.simulate.PowerStudy.Result;
import io.fleetfit.deploy.simulate.PowerStudy.Version;
import io.fleetfit.rollout.Rollout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Bad versions are stopped within the canary wave of 100 devices in 99 % of the runs; good ones in at most 1 %. */
class PowerStudyTest {
    private static final double SURELY = 0.99;
    private static final double RARELY = 0.01;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "GOOD")
    void a_bad_version_is_stopped_in_the_canary_wave(Version version) {
        check(version, 12);
    }

    @Test
    void a_good_version_is_not_stopped() {
        check(Version.GOOD, 6);
    }

    @Tag("soak")
    @ParameterizedTest
    @EnumSource
    void a_thousand_seeds_say_the_same(Version version) {
        check(version, 1_000);
    }

    private static void check(Version version, int seeds) {
        List<Result> stopped = new ArrayList<>();
        List<Result> others = new ArrayList<>();
        for (int seed = 1; seed <= seeds; seed++) {
            Result result = PowerStudy.run(version, seed);
            (result.isStoppedInCanary() ? stopped : others).add(result);
        }
        System.out.printf(
                "%s: stopped within the canary wave in %d of %d runs (%d devices, canary %d)%n",
                version, stopped.size(), seeds, PowerStudy.DEVICES, PowerStudy.CANARY);
        if (version == Version.GOOD) {
            long bad = others.stream()
                            .filter(it -> it.state() != Rollout.State.SUCCEEDED)
                            .count()
                    + stopped.size();
            assertThat((double) bad / seeds).as("%s %s", stopped, others).isLessThanOrEqualTo(RARELY);
        } else {
            assertThat((double) stopped.size() / seeds).as("%s", others).isGreaterThanOrEqualTo(SURELY);
        }
    }
}
