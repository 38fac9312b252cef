package io.fleetfit.compress;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs on the disk: {@code ID.json} each, and a folder {@code ID} for those that can go on after a restart, with their
 * request and how often they were begun.
 */
final class JobFiles {
    private static final Logger LOG = LoggerFactory.getLogger(JobFiles.class);
    private static final ObjectMapper JSON = JsonCodec.mapper();
    private static final String END = ".json";

    private final Path folder;

    JobFiles(Path folder) throws IOException {
        this.folder = Files.createDirectories(folder);
    }

    List<Job> all() throws IOException {
        List<Job> jobs = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> file.toString().endsWith(END)).toList()) {
                jobs.add(JSON.readValue(Files.readAllBytes(file), Job.class));
            }
        }
        return jobs;
    }

    void save(Job job) {
        write(folder.resolve(job.id() + END), job);
    }

    Path folder(String id) {
        Path own = folder.resolve(id);
        try {
            return Files.createDirectories(own);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make the folder of the job " + id, e);
        }
    }

    void request(String id, JsonNode request) {
        write(folder(id).resolve("request" + END), request);
    }

    Optional<JsonNode> request(String id) {
        Path file = folder.resolve(id).resolve("request" + END);
        try {
            return Files.exists(file) ? Optional.of(JSON.readTree(Files.readAllBytes(file))) : Optional.empty();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    /** Counts one more beginning of a job; how many there were. */
    int begin(String id) {
        Path file = folder(id).resolve("begun" + END);
        try {
            int before = Files.exists(file)
                    ? JSON.readTree(Files.readAllBytes(file)).path("times").asInt()
                    : 0;
            write(file, JSON.createObjectNode().put("times", before + 1));
            return before + 1;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    private void write(Path file, Object content) {
        try {
            Path draft = Files.createTempFile(file.getParent(), "job", ".tmp");
            Files.write(draft, JSON.writeValueAsBytes(content));
            try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remember the job in " + file, e);
        }
    }

    /** Removes the folder of a job that has ended. */
    void clear(String id) {
        Path own = folder.resolve(id);
        if (!Files.isDirectory(own)) {
            return;
        }
        try (Stream<Path> files = Files.walk(own)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            LOG.warn("cannot clear the folder of the job {}", id, e);
        }
    }

    void forget(String id) {
        clear(id);
        try {
            Files.deleteIfExists(folder.resolve(id + END));
        } catch (IOException e) {
            LOG.warn("cannot forget the job {}", id, e);
        }
    }
}
