package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.fit.FitDecision;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.Rejection;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.AuditEntry;
import io.fleetfit.rollout.Deployment;
import io.fleetfit.rollout.DeviceUpdate;
import io.fleetfit.rollout.DeviceUpdate.Act;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.DeviceUpdate.Watch;
import io.fleetfit.rollout.Progress;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutState;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.rollout.RolloutStore.Change;
import io.fleetfit.rollout.Step;
import io.fleetfit.rollout.Terms;
import io.fleetfit.rollout.Wants;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.gate.GateVerdict;
import io.fleetfit.rollout.plan.GateRule;
import io.fleetfit.rollout.plan.RolloutPlan;
import io.fleetfit.rollout.plan.Span;
import io.fleetfit.rollout.plan.WaveRule;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class RolloutStoreTest {
    private static final VariantRef FP32 = VariantRef.parse("textdir@1/fp32");
    private static final VariantRef INT8 = VariantRef.parse("textdir@1/int8");
    private static final Instant AT = Samples.AT;
    private static final RolloutPlan PLAN = RolloutPlan.of(
            List.of(WaveRule.ofCount(2, Span.minutes(10))), List.of(GateRule.of(GateRule.Kind.FAILURES)));

    private final RolloutStore store;
    private final FleetStore fleet;

    RolloutStoreTest(Backend backend) {
        Database database = backend.emptied();
        store = database.rolloutStore();
        fleet = database.fleetStore();
    }

    @Test
    void keepsDeployments() {
        Deployment deployment = deployment("site=berlin");

        store.insertDeployment(deployment);

        assertThat(store.deployment("everywhere")).contains(deployment);
        assertThat(store.deployments()).containsExactly(deployment);
        assertThatThrownBy(() -> store.insertDeployment(deployment)).isInstanceOf(AlreadyExists.class);
        store.updateDeployment(deployment("site=paris"));
        assertThat(store.deployment("everywhere")).contains(deployment("site=paris"));
        store.deleteDeployment("everywhere");
        assertThat(store.deployments()).isEmpty();
    }

    private static Deployment deployment(String selector) {
        return new Deployment(
                "everywhere",
                selector,
                "textdir",
                "production",
                "textdir",
                new Policy(50.0, null, null, 250_000L, 0.97, Policy.Objective.QUALITY),
                PLAN,
                AT);
    }

    @Test
    void aRolloutIsOutOfSightUntilAllItsDevicesAreThere() {
        store.beginRollout(rollout("r-1", "everywhere", Rollout.State.WAITING));
        store.addUpdates("r-1", List.of(update("pi-1", State.PENDING)), Map.of("key", decision()));

        assertThat(store.state("r-1")).isEmpty();
        assertThat(store.unfinished()).containsExactly("r-1");
        RolloutState state = state("r-1", "everywhere", Rollout.State.WAITING, 0);
        store.finishRollout(state);

        assertThat(store.unfinished()).isEmpty();
        assertThat(store.state("r-1")).contains(at(state, 1));
        assertThat(store.decision("r-1", "pi-1").orElseThrow().deviceId()).isEqualTo("pi-1");
        assertThat(store.decisionByKey("r-1", "key")).contains(decision());
        assertThat(store.decision("r-1", "pi-3")).isEmpty();
        store.deleteRollout("r-1");
        assertThat(store.state("r-1")).isEmpty();
    }

    @Test
    void storesAChangeOnlyFromTheNewestRevision() {
        RolloutState before = started("r-1", "everywhere", update("pi-1", State.PENDING));
        DeviceUpdate asked = asked("pi-1");
        AuditEntry note = new AuditEntry(
                0,
                AT,
                "everywhere",
                "r-1",
                AuditEntry.CONTROLLER,
                "pass",
                "fine",
                List.of(new Evidence(
                        GateRule.Kind.FAILURES, "fp32", GateVerdict.PASS, 0.0, 0.05, 9, 0, 0.0, 0.3, "0 of 9")));
        Change change = change(before, List.of(asked), List.of(note));

        assertThat(store.save(change)).isTrue();
        assertThat(store.save(change)).isFalse();

        assertThat(store.update("r-1", "pi-1")).contains(asked);
        assertThat(store.state("r-1").orElseThrow().revision()).isEqualTo(before.revision() + 1);
        assertThat(store.audits(null, "r-1", 10))
                .singleElement()
                .usingRecursiveComparison()
                .ignoringFields("number")
                .isEqualTo(note);
        assertThat(store.audits("everywhere", null, 10)).hasSize(1);
        assertThat(store.audits("other", null, 10)).isEmpty();
    }

    @Test
    void knowsWhatIsStillToBeTold() {
        RolloutState before =
                started("r-1", "everywhere", update("pi-1", State.PENDING), update("pi-2", State.PENDING));
        store.save(change(before, List.of(asked("pi-1")), List.of()));

        List<DeviceUpdate> due = store.due("r-1", 10);
        store.told(due.stream().map(it -> it.told(7)).toList());

        assertThat(due).containsExactly(asked("pi-1"));
        assertThat(store.due("r-1", 10)).isEmpty();
        assertThat(store.update("r-1", "pi-1")).contains(asked("pi-1").told(7));
        store.told(List.of(asked("pi-1").told(9)));
        assertThat(store.update("r-1", "pi-1").orElseThrow().generation()).isEqualTo(7);
    }

    @Test
    void keepsMessagesUntilAStepHasSeenThem() {
        RolloutState before = started("r-1", "everywhere", told("pi-1"), update("pi-2", State.PENDING));
        store.note("r-1", "pi-1", false);
        store.note("r-1", "pi-2", true);
        List<RolloutStore.Message> seen = store.inbox("r-1", 10);
        store.note("r-1", "pi-1", false);

        store.save(new Change(
                before,
                false,
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                seen.stream().map(RolloutStore.Message::number).toList()));

        assertThat(seen).extracting(it -> it.update().deviceId()).containsExactly("pi-1", "pi-2");
        assertThat(seen).extracting(RolloutStore.Message::telemetry).containsExactly(false, true);
        assertThat(store.inbox("r-1", 10)).hasSize(1);
        store.noteAll("r-1");
        assertThat(store.inbox("r-1", 10))
                .extracting(it -> it.update().deviceId())
                .containsExactly("pi-1", "pi-1");
    }

    @Test
    void findsCandidatesWithinBordersWindowsAndGroups() {
        started(
                "r-1",
                "everywhere",
                placed("a", "pi", "UTC", "", 3),
                placed("b", "pi", "UTC", "", 1),
                placed("c", "pi", "Asia/Tokyo", "", 2),
                placed("d", "nano", "UTC", "shop", 2),
                placed("e", "nano", "UTC", "", 9));

        assertThat(candidates(Map.of("pi", 3L, "nano", 5L), Set.of(), Set.of(), 10))
                .containsExactlyInAnyOrder("a", "b", "c", "d");
        assertThat(candidates(Map.of("pi", 2L), Set.of(), Set.of(), 10)).containsExactly("b", "c");
        assertThat(candidates(Map.of(), Set.of("Asia/Tokyo"), Set.of("shop"), 10))
                .containsExactlyInAnyOrder("a", "b", "e");
        assertThat(candidates(Map.of(), Set.of(), Set.of(), 2)).hasSize(2);
        assertThat(store.candidates(
                        "r-1", new Wants(Set.of(State.PENDING), Set.of(INT8), Map.of(), Set.of(), Set.of(), 10)))
                .isEmpty();
    }

    private List<String> candidates(Map<String, Long> borders, Set<String> closed, Set<String> full, int limit) {
        return store
                .candidates("r-1", new Wants(Set.of(State.PENDING), Set.of(), borders, closed, full, limit))
                .stream()
                .map(DeviceUpdate::deviceId)
                .toList();
    }

    @Test
    void findsThoseThatAreLateSilentOrSettled() {
        fleet.upsertDevice(Samples.device("on", "pi", Map.of()));
        fleet.upsertDevice(Samples.device("off", "pi", Map.of()));
        fleet.setPresence("on", true, AT);
        fleet.setPresence("off", false, AT);
        started("r-1", "everywhere", told("pi-1"), active("on"), active("off"), update("pi-9", State.PENDING));
        Instant later = AT.plusSeconds(60);

        assertThat(store.overdue("r-1", later, 10))
                .extracting(DeviceUpdate::deviceId)
                .containsExactly("pi-1");
        assertThat(store.overdue("r-1", AT, 10)).isEmpty();
        assertThat(store.silent("r-1", later, 10))
                .extracting(DeviceUpdate::deviceId)
                .containsExactly("off");
        assertThat(store.silent("r-1", AT, 10)).isEmpty();
        assertThat(store.soaked("r-1", 0, AT, 10))
                .extracting(DeviceUpdate::deviceId)
                .containsExactlyInAnyOrder("on", "off");
        assertThat(store.soaked("r-1", 1, later, 10)).isEmpty();
        assertThat(store.soaked("r-1", 0, AT.minusSeconds(1), 10)).isEmpty();
    }

    @Test
    void sweepsAStateAndTakesJoinersIn() {
        RolloutState before = started("r-1", "everywhere", update("pi-1", State.PENDING), told("pi-2"));
        DeviceUpdate joined = update("pi-3", State.PENDING);

        store.save(new Change(before, true, List.of(), Map.of(joined, decision()), List.of(), List.of(), List.of()));
        store.save(new Change(
                at(before, before.revision() + 1),
                false,
                List.of(),
                Map.of(),
                List.of(new Step.Sweep(State.PENDING, State.ABORTED)),
                List.of(),
                List.of()));

        assertThat(store.updates("r-1", State.ABORTED, null, 10))
                .extracting(DeviceUpdate::deviceId)
                .containsExactly("pi-1", "pi-3");
        assertThat(store.updates("r-1", null, "pi-1", 1))
                .extracting(DeviceUpdate::deviceId)
                .containsExactly("pi-2");
        assertThat(store.decision("r-1", "pi-3")).isPresent();
    }

    @Test
    void oneControllerAtATimeHoldsARollout() {
        started("r-1", "everywhere");

        assertThat(store.claim("r-1", "one", AT, AT.plusSeconds(30))).isTrue();
        assertThat(store.claim("r-1", "two", AT.plusSeconds(10), AT.plusSeconds(40)))
                .isFalse();
        assertThat(store.claim("r-1", "one", AT.plusSeconds(20), AT.plusSeconds(50)))
                .isTrue();
        assertThat(store.claim("r-1", "two", AT.plusSeconds(51), AT.plusSeconds(80)))
                .isTrue();
        assertThat(store.claim("r-2", "one", AT, AT.plusSeconds(30))).isFalse();
    }

    @Test
    void listsRolloutsNewestFirstAndFollowsTheNewestOfEach() {
        started("r-1", "everywhere");
        store.save(new Change(
                new RolloutState(rollout("r-1", "everywhere", Rollout.State.SUCCEEDED), terms(), progress(), 1),
                false,
                List.of(),
                Map.of(),
                List.of(),
                List.of(),
                List.of()));
        started("r-2", "everywhere");
        started("r-3", "other");

        assertThat(ids(store.states(Optional.empty(), 10))).containsExactly("r-3", "r-2", "r-1");
        assertThat(ids(store.states(Optional.of("everywhere"), 1))).containsExactly("r-2");
        assertThat(ids(store.followed())).containsExactly("r-2", "r-3");
    }

    private static List<String> ids(List<RolloutState> states) {
        return states.stream().map(it -> it.rollout().id()).toList();
    }

    @Test
    void numbersRollouts() {
        String first = store.nextRolloutId();
        String second = store.nextRolloutId();

        assertThat(first).matches("r-[0-9]+");
        assertThat(Long.parseLong(second.substring(2))).isEqualTo(Long.parseLong(first.substring(2)) + 1);
    }

    private RolloutState started(String id, String deployment, DeviceUpdate... updates) {
        store.beginRollout(rollout(id, deployment, Rollout.State.RUNNING));
        store.addUpdates(id, List.of(updates), Map.of("key", decision()));
        RolloutState state = state(id, deployment, Rollout.State.RUNNING, 0);
        store.finishRollout(state);
        return at(state, 1);
    }

    private static RolloutState at(RolloutState state, long revision) {
        return new RolloutState(state.rollout(), state.terms(), state.progress(), revision);
    }

    private static Change change(RolloutState before, List<DeviceUpdate> updates, List<AuditEntry> audit) {
        return new Change(before, false, updates, Map.of(), List.of(), audit, List.of());
    }

    private static Rollout rollout(String id, String deployment, Rollout.State state) {
        return new Rollout(id, deployment, "1", state, null, AT, null);
    }

    private static RolloutState state(String id, String deployment, Rollout.State state, long revision) {
        return new RolloutState(rollout(id, deployment, state), terms(), progress(), revision);
    }

    private static Terms terms() {
        return new Terms(
                PLAN,
                Policy.unbounded(),
                "textdir",
                "textdir",
                2,
                List.of(1L, 2L),
                List.of(Map.of("pi", 5L), Map.of()),
                Set.of("UTC"),
                Set.of(FP32, INT8));
    }

    private static Progress progress() {
        Progress.WaveFigures figures = new Progress.WaveFigures(1, 0, 1, 0, AT, null, null);
        return new Progress(
                0,
                Progress.Phase.ROLLING,
                AT,
                Map.of(State.PENDING, 3L),
                List.of(figures, figures, figures),
                Map.of(),
                Map.of(),
                Map.of(),
                Set.of(INT8),
                new Progress.Bucket(1.5, AT),
                new Progress.Bucket(-2, AT),
                Map.of("shop", 1),
                Map.of(ErrorCode.STORAGE_FULL, 1L),
                List.of(),
                null,
                null);
    }

    private static DeviceUpdate placed(String device, String profile, String zone, String group, long order) {
        return make(
                device,
                new DeviceUpdate.Place(profile, zone, group, order, 10, "key"),
                State.PENDING,
                Act.NONE,
                0,
                Watch.NEW,
                null);
    }

    private static DeviceUpdate update(String device, State state) {
        return make(device, place(), state, Act.NONE, 0, Watch.NEW, null);
    }

    private static DeviceUpdate asked(String device) {
        return make(device, place(), State.UPDATING, Act.ACTIVATE, 0, new Watch(true, null, 3, 1, false, 2), null);
    }

    private static DeviceUpdate told(String device) {
        return make(
                device,
                place(),
                State.UPDATING,
                Act.NONE,
                4,
                Watch.NEW,
                new UpdateError(ErrorCode.NETWORK_BAD_MESSAGE, "bad", 1.0, null));
    }

    private static DeviceUpdate active(String device) {
        return make(device, place(), State.SUCCEEDED, Act.NONE, 4, new Watch(true, AT, 0, 0, false, 0), null);
    }

    private static DeviceUpdate.Place place() {
        return new DeviceUpdate.Place("pi", "UTC", "", 1, 10, "key");
    }

    private static DeviceUpdate make(
            String device,
            DeviceUpdate.Place place,
            State state,
            Act act,
            long generation,
            Watch watch,
            @Nullable UpdateError error) {
        return new DeviceUpdate("r-1", device, place, 0, FP32, INT8, state, act, generation, error, watch, AT);
    }

    private static FitDecision decision() {
        FitDecision.Ranked ranked = new FitDecision.Ranked(
                FP32,
                87.5,
                new FitDecision.ScoreParts(99, 50, 75, 0),
                new LatencyEstimate(12, 10, 15, LatencyEstimate.Source.MODEL),
                100,
                200);
        Rejection rejection = new Rejection(
                INT8, List.of(new Rejection.Reason(Rejection.Kind.QUALITY, 0.97, 0.91, "ratio", "0.91 is below 0.97")));
        return new FitDecision("", List.of(ranked), List.of(rejection));
    }
}
