package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkIndex;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.Progress;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One blob on its way: first its index, checked by digest; then the chunks that blobs on this device share with it,
 * copied; then the rest in a window of requests, each chunk checked by digest before it is written. Made and driven by
 * {@link Downloader}. Thread-safe.
 */
final class Download implements AutoCloseable {
    private final BlobRef ref;
    private final ContentStore store;
    private final ChunkLink link;
    private final DownloadSettings settings;
    private final RequestWindow window = new RequestWindow();
    private final Patience patience;
    private final IndexAssembly indexParts;

    private @Nullable ChunkIndex index;
    private @Nullable PartialBlob partial;
    private int @Nullable [] corruptions;
    private int badIndexes;
    private int unknowns;
    private boolean connected;
    private @Nullable ArtifactFailure failure;

    Download(BlobRef ref, ContentStore store, ChunkLink link, DownloadSettings settings) {
        this.ref = ref;
        this.store = store;
        this.link = link;
        this.settings = settings;
        this.patience = new Patience(settings.firstPatience(), settings.maxPatience());
        this.indexParts = new IndexAssembly(ref);
    }

    /**
     * Goes on as far as possible without waiting.
     *
     * @return whether all chunks are here
     */
    synchronized boolean poll(long nowNanos) throws ArtifactFailure {
        try {
            if (failure != null) {
                throw failure;
            }
            if (partial == null && !openPartial()) {
                noteLink(nowNanos, () -> requestIndex(nowNanos));
                return false;
            }
            if (blob().isComplete()) {
                return true;
            }
            noteLink(nowNanos, () -> request(window.outstanding(), nowNanos));
            refill(nowNanos);
            return false;
        } catch (IOException e) {
            throw ArtifactFailure.io("downloading " + ref.blob().shortHex(), e);
        }
    }

    /** Asks again after a reconnect and after silence; waits while the link is down. */
    private void noteLink(long nowNanos, Runnable ask) throws ArtifactFailure {
        boolean before = connected;
        connected = link.isConnected();
        if (!connected) {
            return;
        }
        if (!before) {
            patience.reset(nowNanos);
            ask.run();
        } else if (patience.isOver(nowNanos)) {
            if (patience.silences() >= settings.maxSilences()) {
                throw ArtifactFailure.of(
                        ErrorCode.NETWORK_UNREACHABLE,
                        "the controller did not answer " + patience.silences() + " requests for "
                                + ref.blob().shortHex());
            }
            patience.silence(nowNanos);
            ask.run();
        }
    }

    private boolean openPartial() throws IOException, ArtifactFailure {
        Optional<ChunkIndex> known = store.index(ref.blob(), ref.indexDigest());
        if (known.isEmpty()) {
            return false;
        }
        ChunkIndex chunks = known.get();
        if (chunks.totalBytes() != ref.size()) {
            throw ArtifactFailure.of(
                    ErrorCode.ARTIFACT_INDEX_DIGEST,
                    "the chunk index describes " + chunks.totalBytes() + " bytes, the manifest " + ref.size());
        }
        PartialBlob opened = store.openPartial(ref.blob(), chunks);
        index = chunks;
        partial = opened;
        corruptions = new int[chunks.chunks().size()];
        HeldChunks.copyInto(opened, chunks, store);
        connected = false;
        return true;
    }

    private PartialBlob blob() {
        return Objects.requireNonNull(partial);
    }

    private void requestIndex(long nowNanos) {
        link.request(ref.blob(), ChunkRequest.Kind.INDEX, indexParts.missing());
        patience.asked(nowNanos);
    }

    private void refill(long nowNanos) {
        if (!connected || index == null) {
            return;
        }
        request(window.takeLost(), nowNanos);
        int room = settings.windowChunks() - window.size();
        if (room >= Math.min(settings.batchChunks(), settings.windowChunks()) || window.size() == 0) {
            for (int left = room; left > 0; left -= settings.batchChunks()) {
                int most = Math.min(settings.batchChunks(), left);
                List<Integer> numbers = window.next(blob(), most, index.chunks().size());
                if (numbers.isEmpty()) {
                    return;
                }
                request(numbers, nowNanos);
            }
        }
    }

    private void request(List<Integer> numbers, long nowNanos) {
        if (numbers.isEmpty()) {
            return;
        }
        window.ask(numbers);
        for (int from = 0; from < numbers.size(); from += ChunkRequest.MAX_NUMBERS) {
            int to = Math.min(numbers.size(), from + ChunkRequest.MAX_NUMBERS);
            link.request(ref.blob(), ChunkRequest.Kind.CHUNK, numbers.subList(from, to));
        }
        patience.asked(nowNanos);
    }

    /**
     * Takes what has arrived.
     *
     * @return whether the driver should poll soon
     */
    synchronized boolean receive(ChunkHeader header, byte[] payload, long nowNanos) {
        try {
            return switch (header.kind()) {
                case INDEX -> takeIndexPart(header.number(), payload, nowNanos);
                case CHUNK -> takeChunk(header.number(), payload, nowNanos);
                case UNKNOWN_BLOB -> takeUnknown();
            };
        } catch (IOException e) {
            failure = ArtifactFailure.io("writing a chunk of " + ref.blob().shortHex(), e);
            return true;
        } catch (ArtifactFailure e) {
            failure = e;
            return true;
        }
    }

    private boolean takeUnknown() throws ArtifactFailure {
        if (++unknowns >= settings.maxCorrupt()) {
            throw ArtifactFailure.of(
                    ErrorCode.ARTIFACT_UNKNOWN,
                    "the controller does not hold " + ref.blob().shortHex());
        }
        return false;
    }

    private boolean takeIndexPart(int number, byte[] payload, long nowNanos) throws IOException, ArtifactFailure {
        if (partial != null) {
            return false;
        }
        indexParts.add(number, payload);
        patience.reset(nowNanos);
        if (!indexParts.isComplete()) {
            return false;
        }
        Optional<byte[]> whole = indexParts.take();
        if (whole.isPresent()) {
            store.saveIndex(ref.blob(), whole.get());
        } else if (++badIndexes >= settings.maxCorrupt()) {
            throw ArtifactFailure.of(
                    ErrorCode.ARTIFACT_INDEX_DIGEST,
                    "the chunk index of " + ref.blob().shortHex() + " arrived " + badIndexes
                            + " times with a wrong digest");
        } else {
            connected = false;
        }
        return true;
    }

    private boolean takeChunk(int number, byte[] payload, long nowNanos) throws IOException, ArtifactFailure {
        ChunkIndex chunks = index;
        PartialBlob target = partial;
        if (chunks == null
                || target == null
                || number < 0
                || number >= chunks.chunks().size()) {
            return false;
        }
        target.received(payload.length);
        if (target.has(number)) {
            return false;
        }
        ChunkIndex.Chunk expected = chunks.chunks().get(number);
        if (payload.length != expected.length() || !Digest.of(payload).equals(expected.digest())) {
            return corrupt(number, nowNanos);
        }
        target.write(number, payload);
        patience.reset(nowNanos);
        window.arrived(number);
        return target.isComplete() || settings.windowChunks() - window.size() >= settings.batchChunks();
    }

    private boolean corrupt(int number, long nowNanos) throws ArtifactFailure {
        int[] counts = Objects.requireNonNull(corruptions);
        if (++counts[number] >= settings.maxCorrupt()) {
            throw ArtifactFailure.of(
                    ErrorCode.ARTIFACT_CHUNK_DIGEST,
                    "chunk " + number + " of " + ref.blob().shortHex() + " arrived " + counts[number]
                            + " times with a wrong digest");
        }
        window.ask(List.of(number));
        link.requestAgain(ref.blob(), number);
        patience.asked(nowNanos);
        return false;
    }

    /** How far it is. */
    synchronized Progress progress() {
        PartialBlob target = partial;
        return target == null
                ? new Progress(ref.size(), 0, 0)
                : new Progress(ref.size(), target.doneBytes(), target.receivedBytes());
    }

    /** Time until {@link #poll} has something to do even if nothing arrives or connects, in nanoseconds. */
    synchronized long nanosToNextPoll(long nowNanos) {
        if (!connected) {
            return link.isConnected() ? 0 : Long.MAX_VALUE;
        }
        return patience.nanosLeft(nowNanos);
    }

    @Override
    public synchronized void close() throws ArtifactFailure {
        try (PartialBlob target = partial) {
            partial = null;
            index = null;
            if (target != null && target.isComplete()) {
                target.force();
            }
        } catch (IOException e) {
            throw ArtifactFailure.io("writing " + ref.blob().shortHex(), e);
        }
    }
}
