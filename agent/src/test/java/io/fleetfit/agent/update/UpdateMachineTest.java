package io.fleetfit.agent.update;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.agent.artifact.BlobRef;
import io.fleetfit.agent.artifact.StorageLimits;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UpdateMachineTest {
    private static final int SIZE = 600_000;

    @TempDir
    Path folder;

    private Rig rig;
    private BlobRef oldBlob;
    private BlobRef newBlob;
    private Assignment older;
    private Assignment newer;

    @BeforeEach
    void build() throws IOException {
        rig = new Rig(folder);
        oldBlob = rig.blob(SIZE, 1);
        newBlob = rig.blob(SIZE, 2);
        older = rig.assignment("digits", "old", oldBlob);
        newer = rig.assignment("digits", "new", newBlob);
    }

    private void commitOld() {
        rig.accept(1, older);
        rig.settle();
        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
    }

    @Test
    void bringsAVariantIntoServiceAndCommitsItAfterProbation() {
        rig.accept(1, older);
        rig.runTo(UpdateState.ACTIVE);
        rig.machine.advance();

        assertThat(rig.runtime.serving).containsEntry("digits", "old");
        assertThat(rig.slot().active()).isEqualTo("digits@1/old");
        assertThat(rig.slot().trialP95Millis()).isEqualTo(2.5);
        assertThat(rig.slot().activationMillis()).isNotNull();

        rig.nanos += Duration.ofSeconds(59).toNanos();
        rig.machine.advance();
        assertThat(rig.slot().state()).isEqualTo(UpdateState.ACTIVE);
        rig.nanos += Duration.ofSeconds(1).toNanos();
        rig.machine.advance();
        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(Objects.requireNonNull(rig.slot().progress()).bytesReceived())
                .isEqualTo(SIZE);
    }

    @Test
    void oldVariantServesUntilTheSwap() {
        commitOld();
        rig.accept(2, newer);
        for (UpdateState state : List.of(UpdateState.DOWNLOADING)) {
            rig.runTo(state);
            assertThat(rig.runtime.serving).containsEntry("digits", "old");
        }
        rig.settle();
        assertThat(rig.runtime.serving).containsEntry("digits", "new");
    }

    @Test
    void aKillAtAnyJournalWriteEndsInTheWantedVariantAndLosesNoService() throws Exception {
        commitOld();
        int writesOfOneUpdate = 12;
        for (int kill = 0; kill < writesOfOneUpdate; kill++) {
            for (boolean after : new boolean[] {false, true}) {
                Rig each = new Rig(folder.resolve("kill-" + kill + after));
                BlobRef first = each.blob(SIZE, 1);
                BlobRef second = each.blob(SIZE, 2);
                each.accept(1, each.assignment("digits", "old", first));
                each.settle();
                each.killAtWrite = each.writes + kill;
                each.killAfterWrite = after;
                byte[] wish = each.signed(each.desired(2, each.assignment("digits", "new", second)), each.key);

                boolean killed = runUntilKilled(each, wish);
                if (killed) {
                    each.restart();
                    assertThat(each.runtime.serving.get("digits"))
                            .as("serving after kill %s after=%s", kill, after)
                            .isIn("old", each.slot().state() == UpdateState.ACTIVE ? null : "new");
                    each.machine.accept(wish);
                    each.settle();
                }

                assertThat(each.slot().state())
                        .as("kill %s after=%s", kill, after)
                        .isEqualTo(UpdateState.COMMITTED);
                assertThat(each.runtime.serving).containsEntry("digits", "new");
            }
        }
    }

    private static UpdateError error(Rig rig) {
        return Objects.requireNonNull(rig.slot().error());
    }

    private static boolean runUntilKilled(Rig rig, byte[] wish) {
        try {
            rig.machine.accept(wish);
            rig.settle();
            return false;
        } catch (FakeRuntime.Killed e) {
            return true;
        }
    }

    @Test
    void aKillWhileAFailedUpdateIsTakenBackEndsWithTheOldVariant() throws Exception {
        for (int kill = 0; kill < 8; kill++) {
            Rig each = new Rig(folder.resolve("back-" + kill));
            each.accept(1, each.assignment("digits", "old", each.blob(SIZE, 1)));
            each.settle();
            each.runtime.failActivate.add("new");
            each.killAtWrite = each.writes + kill;
            byte[] wish = each.signed(each.desired(2, each.assignment("digits", "new", each.blob(SIZE, 2))), each.key);

            if (runUntilKilled(each, wish)) {
                each.restart();
                each.machine.accept(wish);
                each.settle();
            }

            assertThat(each.slot().state()).as("kill %s", kill).isEqualTo(UpdateState.ROLLED_BACK);
            assertThat(error(each).code()).isEqualTo(ErrorCode.RUNTIME_LOAD);
            assertThat(each.runtime.serving).containsEntry("digits", "old");
        }
    }

    @Test
    void aVariantThatFailsItsTrialNeverServes() {
        commitOld();
        rig.runtime.failTrial.add("new");

        rig.accept(2, newer);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.FAILED);
        assertThat(error(rig).code()).isEqualTo(ErrorCode.RUNTIME_TRIAL);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    @Test
    void aVariantThatKillsTheAgentInItsTrialIsGivenUp() throws Exception {
        commitOld();
        rig.runtime.killOnTrial.add("new");
        rig.accept(2, newer);

        int kills = crashUntilAtRest();

        assertThat(kills).isEqualTo(Recovery.MAX_STARTS + 1);
        assertThat(rig.slot().state()).isEqualTo(UpdateState.FAILED);
        assertThat(error(rig).code()).isEqualTo(ErrorCode.RUNTIME_CRASH_LOOP);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    @Test
    void aVariantThatKillsTheAgentOnProbationIsTakenBack() throws Exception {
        commitOld();
        rig.runtime.killOnActivate.add("new");
        rig.accept(2, newer);

        crashUntilAtRest();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.ROLLED_BACK);
        assertThat(error(rig).code()).isEqualTo(ErrorCode.RUNTIME_CRASH_LOOP);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    private int crashUntilAtRest() throws IOException {
        for (int kills = 0; kills < 20; kills++) {
            try {
                rig.settle();
                return kills;
            } catch (FakeRuntime.Killed e) {
                rig.restart();
            }
        }
        throw new AssertionError("the crash loop does not end");
    }

    @Test
    void aCommittedVariantThatStopsLoadingGivesWayToThePreviousOne() throws Exception {
        commitOld();
        rig.accept(2, newer);
        rig.settle();
        rig.runtime.killOnActivate.add("new");

        for (int start = 0; start < Recovery.MAX_STARTS; start++) {
            try {
                rig.restart();
            } catch (FakeRuntime.Killed e) {
                assertThat(start).isLessThan(Recovery.MAX_STARTS);
            }
        }
        rig.restart();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.FAILED);
        assertThat(error(rig).code()).isEqualTo(ErrorCode.RUNTIME_CRASH_LOOP);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    @Test
    void aCommittedFileThatWasDamagedIsNotServedButFetchedAgain() throws Exception {
        commitOld();
        Path file = folder.resolve("store/blobs/" + oldBlob.blob().hex());
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.write(new byte[64]);
        }

        rig.restart();
        assertThat(rig.runtime.serving).isEmpty();
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    @Test
    void servesTheCommittedVariantAfterARestartWithoutAController() throws Exception {
        commitOld();
        rig.server.connected = false;

        rig.restart();

        assertThat(rig.runtime.serving).containsEntry("digits", "old");
        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
    }

    @Test
    void anotherWishInTheMiddleOfAnUpdateGoesThroughRollBack() {
        commitOld();
        rig.accept(2, newer);
        rig.runTo(UpdateState.ACTIVE);
        rig.machine.advance();

        rig.accept(3, older);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(rig.slot().generation()).isEqualTo(3);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    @Test
    void theSameWishUnderANewGenerationGoesOn() {
        rig.accept(1, older);
        rig.runTo(UpdateState.DOWNLOADING);
        rig.accept(2, older);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(rig.slot().generation()).isEqualTo(2);
        assertThat(rig.server.sentBytes).isEqualTo(SIZE);
    }

    @Test
    void aSlotThatIsNoLongerNamedIsEmptied() throws Exception {
        commitOld();

        rig.accept(2);
        rig.settle();
        rig.restart();

        assertThat(rig.runtime.serving).isEmpty();
        assertThat(rig.machine.report().slots()).isEmpty();
        assertThat(rig.machine.report().generation()).isEqualTo(2);
    }

    @Test
    void probationEndsEarlyWhenTheVariantMisbehaves() {
        commitOld();
        rig.accept(2, newer);
        rig.runTo(UpdateState.ACTIVE);
        rig.machine.advance();

        rig.machine.fallBack("digits", UpdateError.of(ErrorCode.RUNTIME_TRIAL, "errors in service"));
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.ROLLED_BACK);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    @Test
    void aVariantThatIsSlowInServiceGoesBackWithinItsProbation() {
        commitOld();
        rig.accept(2, Rig.budgeted(newer, 10.0));
        rig.runTo(UpdateState.ACTIVE);
        rig.machine.advance();

        serve(40, 50.0);
        assertThat(rig.slot().state()).isEqualTo(UpdateState.ACTIVE);
        serve(40, 50.0);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.ROLLED_BACK);
        UpdateError error = Objects.requireNonNull(rig.slot().error());
        assertThat(error.code()).isEqualTo(ErrorCode.BUDGET_LATENCY);
        assertThat(error.needed()).isBetween(49.0, 51.0);
        assertThat(error.available()).isEqualTo(10.0);
        assertThat(Objects.requireNonNull(rig.slot().qualification()).outcome())
                .isEqualTo(Qualification.Outcome.PASSED);
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
    }

    @Test
    void oneSlowWindowOfAProbationDecidesNothing() {
        commitOld();
        rig.accept(2, Rig.budgeted(newer, 10.0));
        rig.runTo(UpdateState.ACTIVE);
        rig.machine.advance();

        serve(40, 50.0);
        serve(40, 5.0);
        serve(40, 50.0);
        serve(40, 5.0);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
    }

    private void serve(long count, double millis) {
        rig.runtime.latencies =
                rig.runtime.latencies.merge(new LatencySketch(Map.of(LatencySketch.bucketOf(millis), count)));
        rig.nanos += 1_000_000_000;
        rig.machine.advance();
    }

    @Test
    void refusesForgedReplayedForeignAndExpiredDesiredStates() {
        commitOld();
        rig.accept(5, older);
        rig.settle();

        rig.machine.accept(rig.signed(rig.desired(6, newer), Rig.newKey()));
        assertRefused(ErrorCode.NETWORK_BAD_SIGNATURE);
        rig.accept(4, newer);
        assertRefused(ErrorCode.NETWORK_STALE_GENERATION);
        rig.accept(5, newer);
        assertRefused(ErrorCode.NETWORK_STALE_GENERATION);
        rig.machine.accept("not json".getBytes(java.nio.charset.StandardCharsets.UTF_8));
        assertRefused(ErrorCode.NETWORK_BAD_MESSAGE);
        DesiredState foreign =
                new DesiredState(Protocol.VERSION, "device-2", 9, rig.wall, rig.wall.plusSeconds(60), List.of(newer));
        rig.machine.accept(rig.signed(foreign, rig.key));
        assertRefused(ErrorCode.NETWORK_BAD_MESSAGE);
        DesiredState late = rig.desired(9, newer);
        rig.wall = rig.wall.plus(Duration.ofDays(8));
        rig.machine.accept(rig.signed(late, rig.key));
        assertRefused(ErrorCode.NETWORK_EXPIRED);

        rig.settleOnce();
        assertThat(rig.runtime.serving).containsEntry("digits", "old");
        assertThat(rig.machine.report().generation()).isEqualTo(5);
    }

    private void assertRefused(ErrorCode code) {
        assertThat(Objects.requireNonNull(rig.machine.report().refused()).code())
                .isEqualTo(code);
    }

    @Test
    void takesUpADesiredStateThatOnlySeemedExpiredWhenTheClockIsSet() {
        Instant right = rig.wall;
        byte[] wish = rig.signed(rig.desired(1, older), rig.key);
        rig.wall = right.plus(Duration.ofDays(400));
        rig.machine.accept(wish);
        assertRefused(ErrorCode.NETWORK_EXPIRED);

        rig.wall = right;
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
        assertThat(rig.machine.report().refused()).isNull();
    }

    @Test
    void aClockThatCannotBeRightExpiresNothing() {
        byte[] wish = rig.signed(rig.desired(1, older), rig.key);
        rig.wall = Instant.EPOCH;

        rig.machine.accept(wish);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
    }

    @Test
    void reportsThatTheQuotaIsTooSmall() throws Exception {
        rig.limits = new StorageLimits(SIZE - 1, 0);
        rig.restart();

        rig.accept(1, older);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.FAILED);
        assertThat(error(rig).code()).isEqualTo(ErrorCode.STORAGE_QUOTA);
        assertThat(error(rig).needed()).isEqualTo(SIZE);
        assertThat(rig.server.requested).isEmpty();
    }

    @Test
    void aNewGenerationRetriesWhatFailed() {
        rig.runtime.failTrial.add("old");
        rig.accept(1, older);
        rig.settle();
        assertThat(rig.slot().state()).isEqualTo(UpdateState.FAILED);
        rig.runtime.failTrial.clear();

        rig.accept(2, older);
        rig.settle();

        assertThat(rig.slot().state()).isEqualTo(UpdateState.COMMITTED);
    }

    @Test
    void servesSeveralSlots() throws Exception {
        rig.accept(1, older, rig.assignment("letters", "new", newBlob));
        rig.settle();
        rig.restart();

        assertThat(rig.runtime.serving).containsEntry("digits", "old").containsEntry("letters", "new");
    }

    @Test
    void anotherControllersGenerationsCountAnew() throws Exception {
        rig.accept(40, older);
        rig.settle();
        Rig other = new Rig(folder);

        other.accept(1, other.assignment("digits", "new", other.blob(SIZE, 2)));
        other.settle();

        assertThat(other.machine.report().generation()).isEqualTo(1);
        assertThat(other.runtime.serving).containsEntry("digits", "new");
    }
}
