package io.fleetfit.agent.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.Lease;
import io.fleetfit.agent.runtime.ModelSlots;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Classifies the pictures that appear in a folder and appends a JSON line for each to a file. A picture is taken when its
 * length has not changed between two looks; one whose result stands in the file already is not taken again, also after a
 * restart. Pictures wait while no model serves.
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
    private final Map<Path, Long> lengths = new HashMap<>();
    private final Set<String> done = new HashSet<>();
    private final ScheduledThreadPoolExecutor thread;

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

    private void readDone() throws IOException {
        if (Files.exists(output)) {
            for (String line : Files.readAllLines(output, StandardCharsets.UTF_8)) {
                if (line.startsWith("{") && line.endsWith("}")) {
                    done.add(mapper.readTree(line).path("file").asText());
                }
            }
        }
    }

    private void look() {
        try (Stream<Path> list = Files.list(folder)) {
            List<Path> pictures = list.filter(WatchedFolder::isPicture)
                    .filter(file -> !done.contains(file.getFileName().toString()))
                    .sorted(Comparator.naturalOrder())
                    .toList();
            lengths.keySet().retainAll(pictures);
            for (Path picture : pictures) {
                long length = Files.size(picture);
                Long before = lengths.put(picture, length);
                if (before != null && before == length && length > 0) {
                    take(picture);
                }
            }
        } catch (IOException | RuntimeException e) {
            LOG.log(Level.WARNING, "folder {0} cannot be looked through: {1}", folder, e);
        }
    }

    private static boolean isPicture(Path file) {
        String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
        return Files.isRegularFile(file) && (name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg"));
    }

    private void take(Path picture) throws IOException {
        Optional<Lease> found = slots.acquire(model);
        if (found.isEmpty()) {
            return;
        }
        ObjectNode line = mapper.createObjectNode();
        line.put("file", picture.getFileName().toString());
        line.put("at", clock.instant().toString());
        try (Lease lease = found.get()) {
            line.put("variant", lease.served().manifest().reference());
            Classification best = Classifier.classify(lease.served(), Files.readAllBytes(picture), 1)
                    .get(0);
            line.put("label", best.label()).put("score", best.score());
        } catch (InferenceException e) {
            line.put("error", e.getMessage());
        }
        Files.writeString(
                output, line + "\n", StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        done.add(picture.getFileName().toString());
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
