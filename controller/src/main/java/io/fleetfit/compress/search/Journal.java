package io.fleetfit.compress.search;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The finished steps of a search, one JSON line each, on the disk before the search goes on. A line that a crash cut off is
 * as if it were not there.
 */
final class Journal implements AutoCloseable {
    private static final ObjectMapper JSON = JsonCodec.mapper();

    private final FileChannel channel;
    private final Map<String, Outcome> known = new HashMap<>();
    private double spent;

    private record Line(double spentSeconds, Outcome outcome) {}

    private Journal(FileChannel channel) {
        this.channel = channel;
    }

    static Journal open(Path file) throws IOException {
        long whole = 0;
        Journal journal = new Journal(FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE));
        byte[] bytes = Files.readAllBytes(file);
        for (int begin = 0, end; (end = indexOf(bytes, begin)) >= 0; begin = end + 1) {
            try {
                Line line = JSON.readValue(bytes, begin, end - begin, Line.class);
                journal.known.put(line.outcome().key(), line.outcome());
                journal.spent = Math.max(journal.spent, line.spentSeconds());
                whole = end + 1L;
            } catch (JsonProcessingException e) {
                break;
            }
        }
        journal.channel.truncate(whole);
        journal.channel.position(whole);
        return journal;
    }

    private static int indexOf(byte[] bytes, int from) {
        for (int i = from; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    /** How a step ended, if it did. */
    Optional<Outcome> find(Step step) {
        return Optional.ofNullable(known.get(step.key()));
    }

    List<Outcome> all() {
        return List.copyOf(known.values());
    }

    /** Forgets an outcome whose file is lost. */
    void forget(Outcome outcome) {
        known.remove(outcome.key());
    }

    /** Time that the search took before it was broken off, in seconds. */
    double spentSeconds() {
        return spent;
    }

    void append(List<Outcome> outcomes, double spentSeconds) throws IOException {
        StringBuilder text = new StringBuilder();
        for (Outcome outcome : outcomes) {
            known.put(outcome.key(), outcome);
            text.append(JSON.writeValueAsString(new Line(spentSeconds, outcome)))
                    .append('\n');
        }
        ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(StandardCharsets.UTF_8));
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
        channel.force(false);
        spent = spentSeconds;
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
