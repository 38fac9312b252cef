package io.fleetfit.agent.update;

import io.fleetfit.agent.artifact.ContentStore;
import io.fleetfit.agent.artifact.Downloader;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.UpdateError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Brings a device to its desired state, slot by slot, along {@link io.fleetfit.protocol.UpdateState}.
 *
 * <p>Every step is in the journal before it acts, so that after a kill at any instruction {@link #recover} finds out what
 * to resume or to take back. It never waits: {@link #advance} goes as far as it can and says when it wants to be called
 * again. One thread calls {@link #recover}, {@link #accept} and {@link #advance}; any may call {@link #report}.
 */
public final class UpdateMachine {
    private static final System.Logger LOG = System.getLogger(UpdateMachine.class.getName());
    private static final long RETRY_NANOS = 5_000_000_000L;

    private final DesiredStateReader reader;
    private final UpdateJournal journal;
    private final MachineTime time;
    private final SlotSteps steps;
    private final Recovery recovery;
    private final Runnable changed;
    private final LongConsumer probeAsked;
    private final Reports reports;

    private JournalState state = JournalState.empty();
    private byte @Nullable [] expired;

    /**
     * A machine that has not begun; {@link #recover} comes first.
     *
     * @param changed called after every change of {@link #report}, on the calling thread
     */
    public UpdateMachine(
            DesiredStateReader reader, UpdateJournal journal, Machinery machinery, MachineTime time, Runnable changed) {
        this(reader, journal, machinery, time, changed, number -> {});
    }

    /**
     * The same, also hearing of probes.
     *
     * @param probeAsked told the number of the newest probe that the controller asked for, with every desired state of
     *     the controller that is not older than the accepted one
     */
    public UpdateMachine(
            DesiredStateReader reader,
            UpdateJournal journal,
            Machinery machinery,
            MachineTime time,
            Runnable changed,
            LongConsumer probeAsked) {
        this.probeAsked = probeAsked;
        this.reader = reader;
        this.journal = journal;
        this.time = time;
        this.changed = changed;
        Serving serving = new Serving(machinery.store(), machinery.runtime());
        this.steps = new SlotSteps(machinery, serving, time, new Book());
        this.recovery = new Recovery(serving, time.wall(), new Book());
        this.reports = new Reports(serving, machinery.downloader());
    }

    /** The parts that a machine moves. */
    public record Machinery(Downloader downloader, ContentStore store, VariantRuntime runtime) {}

    /** How steps reach the journal: written first, then believed. */
    final class Book {
        JournalState state() {
            return state;
        }

        void change(UnaryOperator<JournalState> change) {
            JournalState next = change.apply(state);
            try {
                journal.write(next);
            } catch (IOException e) {
                throw new UncheckedIOException("cannot write the update journal: " + e.getMessage(), e);
            }
            state = next;
            publish();
        }

        void put(SlotRecord record) {
            change(current -> current.with(record));
            LOG.log(
                    Level.INFO,
                    "slot={0} state={1} generation={2} error={3}",
                    record.slot(),
                    record.state(),
                    record.generation(),
                    record.attempt() == null ? null : record.attempt().error());
        }

        /** Blobs that must not make room for others. */
        Set<Digest> needed(boolean alsoPrevious) {
            Set<Digest> blobs = new HashSet<>();
            for (SlotRecord slot : state.slots()) {
                Attempt attempt = slot.attempt();
                add(blobs, slot.committed());
                add(blobs, attempt == null || slot.state().isResting() ? null : attempt.target());
                add(blobs, alsoPrevious ? slot.previous() : null);
            }
            return blobs;
        }

        private void add(Set<Digest> blobs, @Nullable Assignment assignment) {
            if (assignment != null) {
                blobs.add(Targets.manifest(assignment).blob());
            }
        }
    }

    /**
     * Reads the journal and serves what served before; call once, before everything else.
     *
     * @throws IOException the journal cannot be read or written
     */
    public void recover() throws IOException {
        state = journal.read().orElseGet(JournalState::empty).of(reader.controller());
        try {
            recovery.run();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        publish();
    }

    /**
     * Takes a desired state as it came: a DSSE envelope in JSON. One that is forged, for another device, of an older
     * generation, or expired changes nothing but {@link UpdateReport#refused}; one that was accepted already changes
     * nothing at all.
     */
    public void accept(byte[] envelope) {
        try {
            DesiredState desired = reader.read(envelope);
            String digest = Digest.of(JsonCodec.encode(desired.assignments())).hex();
            if (desired.generation() == state.generation() && digest.equals(state.accepted())) {
                hearProbe(desired);
                return; // published again, perhaps signed anew
            }
            if (desired.generation() <= state.generation()) {
                refuse(UpdateError.of(ErrorCode.NETWORK_STALE_GENERATION, stale(desired)));
            } else if (reader.isExpired(desired, time.wall().instant())) {
                expired = envelope;
                refuse(UpdateError.of(
                        ErrorCode.NETWORK_EXPIRED,
                        "generation " + desired.generation() + " expired at " + desired.expiresAt()
                                + "; the clock of this device says "
                                + time.wall().instant()));
            } else {
                expired = null;
                take(desired, digest);
                hearProbe(desired);
            }
        } catch (ProtocolException e) {
            refuse(UpdateError.of(e.code(), String.valueOf(e.getMessage())));
        }
    }

    private void hearProbe(DesiredState desired) {
        Long number = desired.probe();
        if (number != null) {
            probeAsked.accept(number);
        }
    }

    private String stale(DesiredState desired) {
        return desired.generation() == state.generation()
                ? "generation " + desired.generation() + " was accepted before with another content"
                : "generation " + desired.generation() + " is older than " + state.generation()
                        + ", which was accepted before";
    }

    private void refuse(UpdateError error) {
        if (!error.equals(state.refused())) {
            LOG.log(Level.WARNING, "desired state refused code={0}: {1}", error.code(), error.message());
            new Book().change(current -> current.withRefused(error));
        }
    }

    private void take(DesiredState desired, String digest) {
        Instant now = time.wall().instant();
        List<SlotRecord> slots = new ArrayList<>();
        for (Assignment assignment : desired.assignments()) {
            SlotRecord record = state.find(assignment.slot()).orElseGet(() -> SlotRecord.empty(assignment.slot(), now));
            slots.add(record.want(assignment, desired.generation()));
        }
        for (SlotRecord record : state.slots()) {
            if (slots.stream().noneMatch(kept -> kept.slot().equals(record.slot()))) {
                slots.add(record.want(null, desired.generation()));
            }
        }
        slots.forEach(slot -> steps.noteReceipt(slot.slot()));
        new Book().change(current -> current.accept(desired.generation(), digest, slots));
        LOG.log(Level.INFO, "accepted generation={0} slots={1}", desired.generation(), slots.size());
    }

    /**
     * Goes as far as possible.
     *
     * @return nanoseconds after which it wants to be called again even if nothing happens
     */
    public long advance() {
        try {
            judgeAgain();
            long wait = expired == null ? Long.MAX_VALUE : RETRY_NANOS;
            for (SlotRecord slot : List.copyOf(state.slots())) {
                wait = Math.min(wait, steps.run(slot.slot()));
            }
            return wait;
        } catch (UncheckedIOException e) {
            LOG.log(Level.ERROR, "the update waits: the journal cannot be written", e);
            state = state.withRefused(UpdateError.of(ErrorCode.STORAGE_IO, "the update waits: " + e.getMessage()));
            publish();
            return RETRY_NANOS;
        }
    }

    /** A desired state that seemed expired may not be, once the clock was set. */
    private void judgeAgain() {
        byte[] again = expired;
        if (again != null) {
            expired = null;
            accept(again);
        }
    }

    /**
     * Takes a variant back that serves on probation; does nothing in any other state.
     *
     * @param why what was seen
     */
    public void fallBack(String slot, UpdateError why) {
        steps.fallBack(slot, why);
    }

    /** What holds now; progress of a download is as of this call. */
    public UpdateReport report() {
        return reports.current();
    }

    private void publish() {
        reports.update(state);
        changed.run();
    }
}
