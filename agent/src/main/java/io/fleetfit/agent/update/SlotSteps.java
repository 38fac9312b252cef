package io.fleetfit.agent.update;

import io.fleetfit.agent.artifact.ArtifactFailure;
import io.fleetfit.agent.artifact.BlobRef;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.Progress;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The steps of one slot: what each state does, and what it writes down before the next one does anything. */
final class SlotSteps {
    private static final System.Logger LOG = System.getLogger(SlotSteps.class.getName());
    private static final long AGAIN = -1;

    private final UpdateMachine.Machinery machinery;
    private final Serving serving;
    private final MachineTime time;
    private final UpdateMachine.Book book;
    private final Map<String, Long> receipts = new HashMap<>();
    private final Map<String, Long> probations = new HashMap<>();

    SlotSteps(UpdateMachine.Machinery machinery, Serving serving, MachineTime time, UpdateMachine.Book book) {
        this.machinery = machinery;
        this.serving = serving;
        this.time = time;
        this.book = book;
    }

    /** An assignment for the slot arrived now. */
    void noteReceipt(String slot) {
        receipts.put(slot, time.nanos().getAsLong());
    }

    /** Steps as far as it goes; gives the nanoseconds until it wants to go on. */
    long run(String slot) {
        long wait = AGAIN;
        while (wait == AGAIN) {
            SlotRecord record = book.state().find(slot).orElse(null);
            wait = record == null ? Long.MAX_VALUE : step(record);
        }
        return wait;
    }

    private long step(SlotRecord record) {
        if (record.state().isResting()) {
            return rest(record);
        }
        Attempt attempt = Objects.requireNonNull(record.attempt());
        if (record.generation() != record.wantedGeneration() && record.state() != UpdateState.ROLLING_BACK) {
            return changedMind(record, attempt);
        }
        try {
            return switch (record.state()) {
                case DOWNLOADING -> download(record, attempt);
                case VERIFYING -> verify(record, attempt);
                case STAGED -> staged(record, attempt);
                case QUALIFYING -> qualify(record, attempt);
                case ACTIVE -> probation(record, attempt);
                case ROLLING_BACK -> rollBack(record, attempt);
                case IDLE, COMMITTED, ROLLED_BACK, FAILED -> rest(record);
            };
        } catch (ArtifactFailure e) {
            return fail(record, attempt, e.error());
        } catch (UpdateFailure e) {
            return fail(record, attempt, e.error());
        }
    }

    private long next(SlotRecord record) {
        book.put(record);
        return AGAIN;
    }

    private long fail(SlotRecord record, Attempt attempt, @Nullable UpdateError error) {
        return next(record.to(UpdateState.ROLLING_BACK, attempt.failed(error), now()));
    }

    private Instant now() {
        return time.wall().instant();
    }

    private long rest(SlotRecord record) {
        Assignment wanted = record.wanted();
        if (wanted == null) {
            book.change(state -> state.without(record.slot()));
            serving.clear(record.slot());
            evict();
            return Long.MAX_VALUE;
        }
        if (record.generation() == record.wantedGeneration()) {
            return Long.MAX_VALUE;
        }
        Assignment committed = record.committed();
        if (committed != null && Targets.sameVariant(committed, wanted) && serving.serves(record.slot(), wanted)) {
            return next(record.settle(wanted, now()));
        }
        return next(record.begin(wanted, now()));
    }

    /** Something else is wanted in the middle of an update, or the same again under a new generation. */
    private long changedMind(SlotRecord record, Attempt attempt) {
        Assignment wanted = record.wanted();
        if (wanted != null && Targets.sameVariant(attempt.target(), wanted)) {
            return next(record.adopt(wanted));
        }
        return fail(record, attempt, null);
    }

    private long download(SlotRecord record, Attempt attempt) throws ArtifactFailure {
        VariantManifest manifest = Targets.manifest(attempt.target());
        Set<Digest> keep = new HashSet<>(book.needed(false));
        keep.add(manifest.blob());
        boolean held = machinery.store().find(manifest.blob()).isPresent();
        if (!machinery.downloader().poll(BlobRef.of(manifest), keep)) {
            return machinery.downloader().nanosToNextPoll(manifest.blob());
        }
        Progress progress = held
                ? new Progress(manifest.size(), manifest.size(), 0)
                : machinery.downloader().lastProgress(manifest.blob(), manifest.size());
        return next(record.to(UpdateState.VERIFYING, attempt.withProgress(progress), now()));
    }

    private long verify(SlotRecord record, Attempt attempt) throws ArtifactFailure {
        Digest blob = Targets.manifest(attempt.target()).blob();
        machinery.store().commit(blob);
        serving.noteChecked(blob);
        return next(record.to(UpdateState.STAGED, attempt, now()));
    }

    /** One that is only to be staged waits here for a desired state that lets it go on. */
    private long staged(SlotRecord record, Attempt attempt) {
        return Boolean.TRUE.equals(attempt.target().stageOnly())
                ? Long.MAX_VALUE
                : next(record.to(UpdateState.QUALIFYING, attempt, now()));
    }

    private long qualify(SlotRecord record, Attempt attempt) throws UpdateFailure {
        Trial trial = serving.trial(attempt.target());
        return next(record.to(UpdateState.ACTIVE, attempt.qualified(trial), now()));
    }

    private long probation(SlotRecord record, Attempt attempt) throws UpdateFailure {
        String slot = record.slot();
        if (!serving.serves(slot, attempt.target())) {
            serving.activate(slot, attempt.target());
        }
        if (!probations.containsKey(slot)) {
            probations.put(slot, time.nanos().getAsLong());
            if (attempt.activationMillis() == null) {
                return next(record.withAttempt(attempt.activated(millisSinceReceipt(slot, attempt))));
            }
        }
        long passed = time.nanos().getAsLong() - probations.get(slot);
        long left = TimeUnit.SECONDS.toNanos(attempt.target().probationSeconds()) - passed;
        if (left > 0) {
            return left;
        }
        probations.remove(slot);
        book.put(record.commit(attempt, now()));
        evict();
        return AGAIN;
    }

    /** Monotonic within one process; after a restart by the wall clock, which may have jumped. */
    private long millisSinceReceipt(String slot, Attempt attempt) {
        Long receipt = receipts.get(slot);
        return receipt != null
                ? TimeUnit.NANOSECONDS.toMillis(time.nanos().getAsLong() - receipt)
                : Math.max(0, Duration.between(attempt.receivedAt(), now()).toMillis());
    }

    /** Brings the committed variant back, if another one serves, and forgets the attempt's traces. */
    private long rollBack(SlotRecord record, Attempt attempt) throws ArtifactFailure {
        String slot = record.slot();
        probations.remove(slot);
        machinery.downloader().stop(Targets.manifest(attempt.target()).blob());
        serving.discardStandby();
        Assignment committed = record.committed();
        if (committed == null) {
            serving.clear(slot);
        } else if (!serving.serves(slot, committed)) {
            try {
                serving.activate(slot, committed);
            } catch (UpdateFailure e) {
                LOG.log(Level.ERROR, "slot={0}: the committed variant does not come back: {1}", slot, e.getMessage());
                serving.clear(slot);
            }
        }
        UpdateState end = attempt.endsFailed() ? UpdateState.FAILED : UpdateState.ROLLED_BACK;
        return next(record.to(end, attempt, now()));
    }

    void fallBack(String slot, UpdateError why) {
        book.state()
                .find(slot)
                .filter(record -> record.state() == UpdateState.ACTIVE)
                .ifPresent(record -> {
                    Attempt attempt = Objects.requireNonNull(record.attempt());
                    fail(record, attempt, why);
                });
    }

    private void evict() {
        try {
            machinery.store().evict(book.needed(true));
        } catch (IOException e) {
            LOG.log(Level.WARNING, "blobs that are not needed cannot be deleted: {0}", e.getMessage());
        }
    }
}
