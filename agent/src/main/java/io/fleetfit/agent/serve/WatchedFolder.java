package io.fleetfit.agent.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.Lease;
import io.fleetfit.agent.runtime.ModelSlots;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Classifies the pictures that appear in a folder and appends a JSON line for each to a file. A picture is taken when its
 * length and time have not changed between two looks; one whose result stands in the file already is not taken again, also
 * after a restart, unless it has been replaced. Pictures wait while no model serves.
 */
public final class WatchedFolder implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(WatchedFolder.class.getName());
    private static final long LOOK_MILLIS = 500;

    private final ObjectMapper mapper = new ObjectMapper();
    private final Path folder;
    private final String model;
    private final Path output;
    private final ModelSlots slots;
    private final Clock clock;
    private final Map<String, Look> seen = new HashMap<>();
    private final Map<String, Look> done = new HashMap<>();
    private final ScheduledThreadPoolExecutor thread;

    /** What tells one content of a file from another: its length, and its time of change in milliseconds. */
    private record Look(long bytes, long modified) {}

    private WatchedFolder(Path folder, String model, Path output, ModelSlots slots, Clock clock) {
        this.folder = folder;
        this.model = model;
        this.output = output;
        this.slots = slots;
        this.clock = clock;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "fleetfit-watch");
            made.setDaemon(true);
            return made;
        });
    }

    /** Begins to watch; the folder is made if it is not there. */
    public static WatchedFolder start(Path folder, String model, Path output, ModelSlots slots, Clock clock)
            throws IOException {
        Files.createDirectories(folder);
        WatchedFolder watched = new WatchedFolder(folder, model, output, slots, clock);
        watched.readDone();
        ScheduledFuture<?> unused =
                watched.thread.scheduleWithFixedDelay(watched::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
        return watched;
    }

    /** Reads which pictures have a result; a last line that a power cut tore apart is ended, and its picture taken again. */
    private void readDone() throws IOException {
        if (!Files.exists(output)) {
            return;
        }
        try (Stream<String> lines = Files.lines(output, StandardCharsets.UTF_8)) {
            lines.filter(line -> line.startsWith("{") && line.endsWith("}")).forEach(this::remember);
        } catch (UncheckedIOException e) {
            throw new IOException("the results in " + output + " cannot be read: " + e.getMessage(), e);
        }
        try (FileChannel file = FileChannel.open(output, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer last = ByteBuffer.allocate(1);
            if (file.size() > 0 && file.read(last, file.size() - 1) == 1 && last.get(0) != '\n') {
                append("\n");
            }
        }
    }

    private void remember(String line) {
        try {
            JsonNode result = mapper.readTree(line);
            String name = result.path("file").asText();
            if (Files.exists(folder.resolve(name))) {
                done.put(
                        name,
                        new Look(
                                result.path("bytes").asLong(),
                                result.path("modified").asLong()));
            }
        } catch (JsonProcessingException | InvalidPathException e) {
            LOG.log(Level.WARNING, "a line of {0} is skipped: {1}", output, e.getMessage());
        }
    }

    private void look() {
        try (Stream<Path> list = Files.list(folder)) {
            List<Path> pictures = list.filter(WatchedFolder::isPicture)
                    .sorted(Comparator.naturalOrder())
                    .toList();
            Set<String> names = pictures.stream().map(WatchedFolder::name).collect(Collectors.toSet());
            seen.keySet().retainAll(names);
            done.keySet().retainAll(names);
            for (Path picture : pictures) {
                lookAt(picture);
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "folder {0} cannot be looked through: {1}", folder, e);
        }
    }

    private void lookAt(Path picture) throws IOException {
        try {
            Look now = new Look(
                    Files.size(picture), Files.getLastModifiedTime(picture).toMillis());
            if (now.equals(done.get(name(picture)))) {
                return;
            }
            if (now.equals(seen.put(name(picture), now)) && now.bytes() > 0) {
                take(picture, now);
            }
        } catch (NoSuchFileException e) {
            LOG.log(Level.DEBUG, "{0} went away before it was read", picture);
        }
    }

    private static String name(Path picture) {
        return String.valueOf(picture.getFileName());
    }

    private static boolean isPicture(Path file) {
        String name = name(file).toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && (name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg"));
    }

    private void take(Path picture, Look look) throws IOException {
        Optional<Lease> found = slots.acquire(model);
        if (found.isEmpty()) {
            return;
        }
        ObjectNode line = mapper.createObjectNode();
        line.put("file", name(picture));
        line.put("bytes", look.bytes()).put("modified", look.modified());
        line.put("at", clock.instant().toString());
        try (Lease lease = found.get()) {
            line.put("variant", lease.served().manifest().reference());
            Classification best =
                    Classifier.classify(lease.served(), read(picture, look), 1).get(0);
            line.put("label", best.label()).put("score", best.score());
        } catch (InferenceException e) {
            line.put("error", e.getMessage());
        } catch (OutOfMemoryError e) {
            line.put("error", "the picture takes more memory than the agent has");
        }
        append(line + "\n");
        done.put(name(picture), look);
    }

    private static byte[] read(Path picture, Look look) throws IOException, InferenceException {
        long most = Runtime.getRuntime().maxMemory() / 4;
        if (look.bytes() > most) {
            throw InferenceException.tooLarge("the file has " + look.bytes() + " bytes; at most " + most);
        }
        return Files.readAllBytes(picture);
    }

    /** A result counts as written when it is on the disk: only then is its picture done. */
    private void append(String text) throws IOException {
        try (FileChannel file = FileChannel.open(
                output, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND)) {
            ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(false);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                LOG.log(Level.WARNING, "folder {0}: a picture was still at work", folder);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
