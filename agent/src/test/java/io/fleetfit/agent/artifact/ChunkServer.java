package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.ContentDefinedChunker;
import io.fleetfit.protocol.Digest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.function.BiFunction;

/** Answers chunk requests from memory, when told to, and misbehaves as told. */
public final class ChunkServer implements ChunkLink {
    @SuppressWarnings("ArrayRecordComponent")
    private record Blob(byte[] bytes, ChunkIndex index, byte[] encoded) {}

    @SuppressWarnings("ArrayRecordComponent")
    private record Answer(ChunkHeader header, byte[] payload) {}

    private final Map<Digest, Blob> blobs = new HashMap<>();
    private final Queue<Answer> answers = new ArrayDeque<>();
    public final Set<Digest> open = new HashSet<>();
    public final List<Integer> requested = new ArrayList<>();
    public boolean connected = true;
    public boolean metered;
    public long sentBytes;

    /** Changes what is sent; null loses it. */
    public BiFunction<ChunkHeader, byte[], byte[]> fault = (header, payload) -> payload;

    public static byte[] randomBytes(int length, long seed) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    public BlobRef add(byte[] bytes) {
        try {
            ChunkIndex index = ContentDefinedChunker.index(new ByteArrayInputStream(bytes));
            byte[] encoded = index.encode();
            blobs.put(Digest.of(bytes), new Blob(bytes, index, encoded));
            return new BlobRef(Digest.of(bytes), bytes.length, Digest.of(encoded), encoded.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int chunks(BlobRef ref) {
        return java.util.Objects.requireNonNull(blobs.get(ref.blob()))
                .index()
                .chunks()
                .size();
    }

    @Override
    public boolean isConnected() {
        return connected;
    }

    @Override
    public boolean isMetered() {
        return metered;
    }

    @Override
    public void open(Digest blob) {
        open.add(blob);
    }

    @Override
    public void close(Digest blob) {
        open.remove(blob);
    }

    @Override
    public void request(Digest digest, ChunkRequest.Kind kind, List<Integer> numbers) {
        if (!connected) {
            return;
        }
        Blob blob = blobs.get(digest);
        if (blob == null) {
            answers.add(new Answer(new ChunkHeader(digest, ChunkHeader.Kind.UNKNOWN_BLOB, 0), new byte[0]));
            return;
        }
        for (int number : numbers) {
            if (kind == ChunkRequest.Kind.INDEX) {
                int from = number * ChunkIndex.PART_BYTES;
                int to = Math.min(blob.encoded().length, from + ChunkIndex.PART_BYTES);
                send(
                        new ChunkHeader(digest, ChunkHeader.Kind.INDEX, number),
                        Arrays.copyOfRange(blob.encoded(), from, to));
            } else {
                requested.add(number);
                long from = blob.index().offsets()[number];
                int length = blob.index().chunks().get(number).length();
                send(
                        new ChunkHeader(digest, ChunkHeader.Kind.CHUNK, number),
                        Arrays.copyOfRange(blob.bytes(), (int) from, (int) from + length));
            }
        }
    }

    private void send(ChunkHeader header, byte[] payload) {
        byte[] sent = fault.apply(header, payload);
        if (sent != null) {
            answers.add(new Answer(header, sent));
        }
    }

    /** Hands one answer to the receiver; false when there is none. */
    public boolean deliver(Receiver receiver) {
        Answer answer = answers.poll();
        if (answer == null) {
            return false;
        }
        if (answer.header().kind() == ChunkHeader.Kind.CHUNK) {
            sentBytes += answer.payload().length;
        }
        receiver.receive(answer.header(), answer.payload());
        return true;
    }

    /** Loses everything that is under way. */
    public void dropAnswers() {
        answers.clear();
    }
}
