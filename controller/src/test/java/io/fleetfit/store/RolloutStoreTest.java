package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.fit.FitDecision;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.Rejection;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutStore;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class RolloutStoreTest {
    private static final VariantRef FP32 = VariantRef.parse("textdir@1/fp32");
    private static final VariantRef INT8 = VariantRef.parse("textdir@1/int8");

    private final RolloutStore store;

    RolloutStoreTest(Backend backend) {
        store = backend.emptied().rolloutStore();
    }

    @Test
    void keepsDeployments() {
        Deployment deployment = new Deployment(
                "everywhere",
                "site=berlin",
                "textdir",
                "production",
                "textdir",
                new Policy(50.0, null, null, 250_000L, 0.97, Policy.Objective.QUALITY),
                Samples.AT);

        store.insertDeployment(deployment);

        assertThat(store.deployment("everywhere")).contains(deployment);
        assertThat(store.deployments()).containsExactly(deployment);
        assertThatThrownBy(() -> store.insertDeployment(deployment)).isInstanceOf(AlreadyExists.class);
        store.deleteDeployment("everywhere");
        assertThat(store.deployments()).isEmpty();
    }

    @Test
    void keepsARolloutWithItsUpdatesAndDecisions() {
        Rollout rollout = rollout("r-1", Rollout.State.RUNNING);
        DeviceUpdate pending = update("pi-1", FP32, DeviceUpdate.State.PENDING);
        DeviceUpdate noFit = update("pi-2", null, DeviceUpdate.State.NO_FIT);

        store.insertRollout(rollout, List.of(pending, noFit), List.of(decision("pi-1"), decision("pi-2")));

        assertThat(store.rollout("r-1")).contains(rollout);
        assertThat(store.running()).containsExactly(rollout);
        assertThat(store.updates("r-1")).containsExactly(pending, noFit);
        assertThat(store.update("r-1", "pi-1")).contains(pending);
        assertThat(store.update("r-1", "pi-3")).isEmpty();
        assertThat(store.decision("r-1", "pi-2")).contains(decision("pi-2"));
        assertThat(store.decision("r-1", "pi-3")).isEmpty();
    }

    @Test
    void movesARolloutOn() {
        store.insertRollout(
                rollout("r-1", Rollout.State.RUNNING),
                List.of(update("pi-1", FP32, DeviceUpdate.State.PENDING)),
                List.of(decision("pi-1")));
        DeviceUpdate failed = new DeviceUpdate(
                "r-1",
                "pi-1",
                0,
                FP32,
                INT8,
                DeviceUpdate.State.FAILED,
                7,
                new UpdateError(ErrorCode.NETWORK_BAD_MESSAGE, "bad", 1.0, null),
                Samples.AT.plusSeconds(1));
        Rollout ended = new Rollout(
                "r-1", "everywhere", "1", Rollout.State.FAILED, "one failed", Samples.AT, Samples.AT.plusSeconds(2));

        store.saveUpdate(failed);
        store.updateRollout(ended);

        assertThat(store.updates("r-1")).containsExactly(failed);
        assertThat(store.rollout("r-1")).contains(ended);
        assertThat(store.running()).isEmpty();
    }

    @Test
    void addsLateJoiners() {
        store.insertRollout(rollout("r-1", Rollout.State.RUNNING), List.of(), List.of());
        DeviceUpdate first = update("pi-9", null, DeviceUpdate.State.NO_FIT);
        DeviceUpdate again = update("pi-9", FP32, DeviceUpdate.State.PENDING);

        store.addUpdate(first, decision("pi-9"));
        store.addUpdate(again, decision("pi-9"));

        assertThat(store.updates("r-1")).containsExactly(again);
        assertThat(store.decision("r-1", "pi-9")).contains(decision("pi-9"));
    }

    @Test
    void listsRolloutsNewestFirst() {
        Rollout first = rollout("r-1", Rollout.State.SUCCEEDED);
        Rollout second = rollout("r-2", Rollout.State.ABORTING);
        Rollout other = new Rollout("r-3", "other", "1", Rollout.State.RUNNING, null, Samples.AT, null);
        List.of(first, second, other).forEach(rollout -> store.insertRollout(rollout, List.of(), List.of()));

        assertThat(store.rollouts(Optional.empty())).containsExactly(other, second, first);
        assertThat(store.rollouts(Optional.of("everywhere"))).containsExactly(second, first);
        assertThat(store.running()).containsExactly(second, other);
    }

    @Test
    void numbersRollouts() {
        String first = store.nextRolloutId();
        String second = store.nextRolloutId();

        assertThat(first).matches("r-[0-9]+");
        assertThat(Long.parseLong(second.substring(2))).isEqualTo(Long.parseLong(first.substring(2)) + 1);
    }

    private static Rollout rollout(String id, Rollout.State state) {
        return new Rollout(id, "everywhere", "1", state, null, Samples.AT, null);
    }

    private static DeviceUpdate update(
            String device, @org.jspecify.annotations.Nullable VariantRef variant, DeviceUpdate.State state) {
        return new DeviceUpdate("r-1", device, 0, variant, null, state, 0, null, Samples.AT);
    }

    private static FitDecision decision(String device) {
        FitDecision.Ranked ranked = new FitDecision.Ranked(
                FP32,
                87.5,
                new FitDecision.ScoreParts(99, 50, 75, 0),
                new LatencyEstimate(12, 10, 15, LatencyEstimate.Source.MODEL),
                100,
                200);
        Rejection rejection = new Rejection(
                INT8, List.of(new Rejection.Reason(Rejection.Kind.QUALITY, 0.97, 0.91, "ratio", "0.91 is below 0.97")));
        return new FitDecision(device, List.of(ranked), List.of(rejection));
    }
}
