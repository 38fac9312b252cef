package io.fleetfit.agent.artifact;

import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.Progress;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Brings blobs into the {@link ContentStore} over a {@link ChunkLink}. Nothing here waits: {@link #poll} goes as far as it
 * can, {@link #receive} takes what arrives, on any thread, and calls the wake-up when a poll is due.
 */
public final class Downloader implements ChunkLink.Receiver {
    private final ContentStore store;
    private final ChunkLink link;
    private final DownloadSettings settings;
    private final LongSupplier nanoTime;
    private final Runnable wake;
    private final Map<Digest, Download> running = new ConcurrentHashMap<>();
    private final Map<Digest, Progress> ended = new ConcurrentHashMap<>();

    /**
     * A downloader without work.
     *
     * @param nanoTime monotonic clock in nanoseconds
     * @param wake called, on the thread of an arrival, when {@link #poll} has something to do
     */
    public Downloader(
            ContentStore store, ChunkLink link, DownloadSettings settings, LongSupplier nanoTime, Runnable wake) {
        this.store = store;
        this.link = link;
        this.settings = settings;
        this.nanoTime = nanoTime;
        this.wake = wake;
    }

    /**
     * Goes on with a blob; begins, or resumes what an earlier process left, when it is not running.
     *
     * @param keep blobs that must not make room for it
     * @return whether all chunks are on this device; then {@link ContentStore#commit} is next
     * @throws ArtifactFailure the download has failed; it is no longer running, what has come stays for the next try
     */
    public boolean poll(BlobRef ref, Set<Digest> keep) throws ArtifactFailure {
        if (store.find(ref.blob()).isPresent()) {
            return true;
        }
        Download download = running.get(ref.blob());
        if (download == null) {
            store.makeRoom(ref.blob(), ref.size(), keep);
            download = new Download(ref, store, link, settings);
            running.put(ref.blob(), download);
            link.open(ref.blob());
        }
        boolean done = false;
        try {
            done = download.poll(nanoTime.getAsLong());
        } catch (ArtifactFailure e) {
            stop(ref.blob());
            if (e.error().code() == ErrorCode.STORAGE_FULL) {
                store.dropPartial(ref.blob());
            }
            throw e;
        }
        if (done) {
            stop(ref.blob());
        }
        return done;
    }

    /** Ends the download of a blob if it is running; what has come stays. */
    public void stop(Digest blob) throws ArtifactFailure {
        Download download = running.remove(blob);
        if (download != null) {
            link.close(blob);
            ended.clear();
            ended.put(blob, download.progress());
            download.close();
        }
    }

    /** How far a running download is; empty if it is not running. */
    public Optional<Progress> progress(Digest blob) {
        return Optional.ofNullable(running.get(blob)).map(Download::progress);
    }

    /** How far the download that ended last was; a blob that needed none counts as complete without a byte received. */
    public Progress lastProgress(Digest blob, long size) {
        return ended.getOrDefault(blob, new Progress(size, size, 0));
    }

    /** Time after which a running download wants a poll even if nothing arrives, in nanoseconds. */
    public long nanosToNextPoll(Digest blob) {
        Download download = running.get(blob);
        return download == null ? Long.MAX_VALUE : Math.max(0, download.nanosToNextPoll(nanoTime.getAsLong()));
    }

    @Override
    public void receive(ChunkHeader header, byte[] payload) {
        Download download = running.get(header.blob());
        if (download != null && download.receive(header, payload, nanoTime.getAsLong())) {
            wake.run();
        }
    }
}
