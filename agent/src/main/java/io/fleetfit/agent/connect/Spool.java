package io.fleetfit.agent.connect;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.agent.artifact.DurableFiles;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ProbeReport;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.TelemetryBatch;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Telemetry on disk until the controller has stored it. Batches are numbered over the life of the spool, also over
 * restarts. When the spool is full, two neighbours that were never sent become one; one that was sent never changes, so
 * that what is repeated is the same and counts once. Survives a kill and a power cut. Thread-safe.
 */
public final class Spool {
    private static final System.Logger LOG = System.getLogger(Spool.class.getName());
    private static final ObjectMapper JSON = new ObjectMapper();
    /** Numbers that are taken from the head file at once, so that it is written seldom. */
    private static final long RESERVE = 1000;

    private final Path folder;
    private final String deviceId;
    private final Limits limits;
    private final TreeMap<Long, SpoolFile> files = new TreeMap<>();
    private String spoolId = "";
    private long next = 1;
    private long reserved;
    private @Nullable TelemetryBatch unsaved;

    /**
     * How much the spool keeps.
     *
     * @param maxBatches more are merged; at least 16
     * @param maxBytes more are merged
     */
    public record Limits(int maxBatches, long maxBytes) {
        public Limits {
            if (maxBatches < 16) {
                throw new IllegalArgumentException("a spool keeps at least 16 batches, got " + maxBatches);
            }
        }

        /** 500 batches in 4 MiB. */
        public static Limits standard() {
            return new Limits(500, 4L << 20);
        }
    }

    private Spool(Path folder, String deviceId, Limits limits) {
        this.folder = folder;
        this.deviceId = deviceId;
        this.limits = limits;
    }

    /** Opens the spool of a device in {@code folder}, making it if it is not there. */
    public static Spool open(Path folder, String deviceId, Limits limits) throws IOException {
        Files.createDirectories(folder);
        Spool spool = new Spool(folder, deviceId, limits);
        spool.load();
        return spool;
    }

    private Path head() {
        return folder.resolve("spool");
    }

    private void load() throws IOException {
        readHead();
        try (Stream<Path> list = Files.list(folder)) {
            for (Path file : list.toList()) {
                SpoolFile.of(file, Files.size(file)).ifPresent(found -> files.put(found.last(), found));
            }
        }
        for (SpoolFile file : List.copyOf(files.values())) {
            if (files.values().stream().anyMatch(other -> other.contains(file))) {
                remove(file); // merged into the other before the power went
            }
        }
        next = Math.max(reserved, files.isEmpty() ? 1 : files.lastKey() + 1);
        reserve();
    }

    private void readHead() throws IOException {
        if (Files.exists(head())) {
            JsonNode tree = JSON.readTree(Files.readAllBytes(head()));
            if (tree != null && tree.hasNonNull("spoolId") && tree.has("reserved")) {
                spoolId = tree.get("spoolId").asText();
                reserved = tree.get("reserved").asLong();
                return;
            }
        }
        spoolId = UUID.randomUUID().toString();
        reserved = 1;
    }

    private void reserve() throws IOException {
        long upTo = next + RESERVE;
        DurableFiles.write(
                head(),
                JSON.createObjectNode()
                        .put("spoolId", spoolId)
                        .put("reserved", upTo)
                        .toString()
                        .getBytes(java.nio.charset.StandardCharsets.UTF_8));
        reserved = upTo;
    }

    /**
     * Adds a window of measurements. When it cannot be written it is kept in memory and becomes part of the next one.
     *
     * @param probe a micro-benchmark that ended in the window; absent if none did
     */
    public synchronized void add(
            Instant from,
            Instant to,
            TelemetryBatch.SystemFigures system,
            List<TelemetryBatch.SlotFigures> slots,
            @Nullable ProbeReport probe) {
        TelemetryBatch batch =
                new TelemetryBatch(Protocol.VERSION, deviceId, spoolId, next, from, to, 0, system, slots, probe);
        TelemetryBatch before = unsaved;
        TelemetryBatch whole = before == null ? batch : BatchMerge.merge(before, batch);
        try {
            if (next >= reserved) {
                reserve();
            }
            save(whole, new SpoolFile(next, next, false, 0));
            next++;
            unsaved = null;
            shrink();
        } catch (IOException e) {
            unsaved = whole;
            LOG.log(Level.WARNING, "telemetry stays in memory for now: {0}", e.getMessage());
        }
    }

    private void save(TelemetryBatch batch, SpoolFile as) throws IOException {
        byte[] json = JsonCodec.encode(batch);
        SpoolFile file = new SpoolFile(as.first(), as.last(), false, json.length);
        DurableFiles.write(file.in(folder), json);
        files.put(file.last(), file);
    }

    private void shrink() throws IOException {
        while (files.size() > limits.maxBatches()
                || files.values().stream().mapToLong(SpoolFile::bytes).sum() > limits.maxBytes()) {
            Optional<SpoolFile> older = mergeable();
            if (older.isEmpty()) {
                return;
            }
            mergeWithNext(older.get());
        }
    }

    /** The older of the two unsent neighbours that hold the least together; the oldest among equals. */
    private Optional<SpoolFile> mergeable() {
        SpoolFile best = null;
        long least = Long.MAX_VALUE;
        SpoolFile before = null;
        for (SpoolFile file : files.values()) {
            if (before != null && !before.sent() && !file.sent() && before.span() + file.span() < least) {
                best = before;
                least = before.span() + file.span();
            }
            before = file;
        }
        return Optional.ofNullable(best);
    }

    private void mergeWithNext(SpoolFile older) throws IOException {
        Map.Entry<Long, SpoolFile> entry = files.higherEntry(older.last());
        if (entry == null) {
            return;
        }
        SpoolFile newer = entry.getValue();
        Optional<TelemetryBatch> first = read(older);
        Optional<TelemetryBatch> second = read(newer);
        if (first.isPresent() && second.isPresent()) {
            save(BatchMerge.merge(first.get(), second.get()), new SpoolFile(older.first(), newer.last(), false, 0));
            Files.deleteIfExists(newer.in(folder));
        }
        remove(older);
    }

    private Optional<TelemetryBatch> read(SpoolFile file) throws IOException {
        try {
            return Optional.of(JsonCodec.decode(Files.readAllBytes(file.in(folder)), TelemetryBatch.class));
        } catch (ProtocolException e) {
            LOG.log(Level.WARNING, "a batch of the spool cannot be read and is dropped: {0}", e.getMessage());
            remove(file);
            return Optional.empty();
        }
    }

    private void remove(SpoolFile file) throws IOException {
        files.remove(file.last(), file);
        Files.deleteIfExists(file.in(folder));
    }

    /** How many batches wait. */
    public synchronized int size() {
        return files.size();
    }

    /**
     * The oldest batches that are not in {@code except}, at most {@code most}; marks them on disk as sent before it gives
     * them out.
     */
    public synchronized List<TelemetryBatch> send(int most, Set<Long> except) throws IOException {
        List<TelemetryBatch> batches = new ArrayList<>();
        for (SpoolFile file : List.copyOf(files.values())) {
            if (batches.size() == most) {
                break;
            }
            if (except.contains(file.last())) {
                continue;
            }
            Optional<TelemetryBatch> batch = read(file);
            if (batch.isPresent()) {
                if (!file.sent()) {
                    DurableFiles.rename(file.in(folder), file.asSent().in(folder));
                    files.put(file.last(), file.asSent());
                }
                batches.add(batch.get());
            }
        }
        return batches;
    }

    /** Removes what the controller has stored; what is not of this spool is ignored. */
    public synchronized void stored(String ofSpool, Collection<Long> sequences) throws IOException {
        if (!ofSpool.equals(spoolId)) {
            return;
        }
        for (long sequence : sequences) {
            SpoolFile file = files.get(sequence);
            if (file != null) {
                remove(file);
            }
        }
    }
}
