package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.stream.Stream;

/** Port: immutable bytes by their SHA-256. A blob is there whole or not at all, also after a power cut. */
public interface BlobStore {
    /** Whether the blob is there. */
    boolean contains(Digest digest);

    /** Length in bytes; throws {@link java.nio.file.NoSuchFileException} if the blob is absent. */
    long size(Digest digest) throws IOException;

    /** All its bytes. */
    InputStream open(Digest digest) throws IOException;

    /** {@code length} bytes from {@code offset}, ready to be read. */
    ByteBuffer read(Digest digest, long offset, int length) throws IOException;

    /** A readable file with the blob's bytes; a remote store fetches it first. Never write to it. */
    Path file(Digest digest) throws IOException;

    /**
     * Takes over a finished local file (moves it if it can) after checking its digest.
     *
     * @throws IOException if the bytes do not have the digest, naming both
     */
    void adopt(Path file, Digest digest) throws IOException;

    /** Renews the blob's age, so that it is not collected for a while; false if it is not there. */
    boolean touch(Digest digest) throws IOException;

    /** Removes the blob if it was adopted and last touched before {@code limit}; whether it did. */
    boolean deleteOlder(Digest digest, Instant limit) throws IOException;

    /** Removes the blob if it is there. */
    void delete(Digest digest) throws IOException;

    /** All blobs; close the stream. */
    Stream<Digest> list() throws IOException;
}
