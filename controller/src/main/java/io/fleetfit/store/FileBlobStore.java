package io.fleetfit.store;

import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.BlobStore;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/**
 * Blobs as files of one directory: {@code DIR/ab/abcdef…}, the name being the digest. A file appears under its name by an
 * atomic rename after its bytes are synced, and the rename is synced too, so that a name never stands for half a file. A
 * blob's modification time is when it was last adopted or touched.
 */
public final class FileBlobStore implements BlobStore {
    private static final String PARTIAL = ".partial";
    private static final int COPY_BYTES = 1 << 16;

    private final Path directory;
    private final Clock clock;
    /** Makes "is it old? then delete it" and "it is there already, so touch it" exclude each other. */
    private final Lock changes = new ReentrantLock();

    /** Opens the directory, creating it if absent and removing what an interrupted copy left. */
    public FileBlobStore(Path directory) throws IOException {
        this(directory, Clock.systemUTC());
    }

    /** The same with a clock for the times of blobs. */
    public FileBlobStore(Path directory, Clock clock) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.clock = clock;
        try (Stream<Path> files = Files.walk(directory, 2)) {
            for (Path left :
                    files.filter(file -> file.toString().endsWith(PARTIAL)).toList()) {
                Files.delete(left);
            }
        }
    }

    @Override
    public boolean contains(Digest digest) {
        return Files.exists(path(digest));
    }

    @Override
    public long size(Digest digest) throws IOException {
        return Files.size(path(digest));
    }

    @Override
    public InputStream open(Digest digest) throws IOException {
        return Files.newInputStream(path(digest));
    }

    @Override
    public ByteBuffer read(Digest digest, long offset, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        try (FileChannel channel = FileChannel.open(path(digest), StandardOpenOption.READ)) {
            while (bytes.hasRemaining()) {
                if (channel.read(bytes, offset + bytes.position()) < 0) {
                    throw new EOFException("blob " + digest.shortHex() + " has " + channel.size() + " bytes; asked for "
                            + length + " from " + offset);
                }
            }
        }
        return bytes.flip();
    }

    @Override
    public Path file(Digest digest) throws IOException {
        Path file = path(digest);
        if (!Files.exists(file)) {
            throw new NoSuchFileException(file.toString());
        }
        return file;
    }

    @Override
    public void adopt(Path file, Digest digest) throws IOException {
        Digest actual = digestOf(file);
        if (!actual.equals(digest)) {
            throw new IOException("file " + file.getFileName() + " has the digest " + actual + ", not " + digest);
        }
        Path folder = folder(digest);
        Files.createDirectories(folder);
        changes.lock();
        try {
            if (touch(digest)) {
                Files.delete(file);
                return;
            }
            moveDurably(file, folder, folder.resolve(digest.hex()));
            sync(directory, StandardOpenOption.READ);
            touch(digest);
        } finally {
            changes.unlock();
        }
    }

    @Override
    public boolean touch(Digest digest) throws IOException {
        changes.lock();
        try {
            Files.setLastModifiedTime(path(digest), FileTime.from(clock.instant()));
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } finally {
            changes.unlock();
        }
    }

    @Override
    public boolean deleteOlder(Digest digest, Instant limit) throws IOException {
        changes.lock();
        try {
            Path file = path(digest);
            if (!Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                return false;
            }
            Files.delete(file);
            return true;
        } catch (NoSuchFileException e) {
            return false;
        } finally {
            changes.unlock();
        }
    }

    @Override
    public void delete(Digest digest) throws IOException {
        Files.deleteIfExists(path(digest));
    }

    @Override
    public Stream<Digest> list() throws IOException {
        @SuppressWarnings("StreamResourceLeak") // the caller closes the stream, and with it this one
        Stream<Path> files = Files.walk(directory, 2);
        return files.map(file -> file.getFileName().toString())
                .filter(name -> name.matches("[0-9a-f]{64}"))
                .map(Digest::new);
    }

    /** Whether the bytes on the disk still have the digest; reads them all. */
    public boolean verify(Digest digest) throws IOException {
        return digestOf(file(digest)).equals(digest);
    }

    private Path path(Digest digest) {
        return folder(digest).resolve(digest.hex());
    }

    private Path folder(Digest digest) {
        return directory.resolve(digest.hex().substring(0, 2));
    }

    private static Digest digestOf(Path file) throws IOException {
        MessageDigest engine = Digest.sha256();
        byte[] bytes = new byte[COPY_BYTES];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
                engine.update(bytes, 0, n);
            }
        }
        return Digest.finish(engine);
    }

    private static void moveDurably(Path file, Path folder, Path target) throws IOException {
        sync(file, StandardOpenOption.WRITE);
        try {
            Files.move(file, target, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            copyDurably(file, target);
        }
        sync(folder, StandardOpenOption.READ);
    }

    /** From another file system: a copy beside the target first, then the rename. */
    private static void copyDurably(Path file, Path target) throws IOException {
        Path partial = target.resolveSibling(target.getFileName() + PARTIAL);
        try {
            Files.copy(file, partial, StandardCopyOption.REPLACE_EXISTING);
            sync(partial, StandardOpenOption.WRITE);
            Files.move(partial, target, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
        Files.delete(file);
    }

    private static void sync(Path path, StandardOpenOption how) throws IOException {
        try (FileChannel channel = FileChannel.open(path, how)) {
            channel.force(true);
        }
    }
}
