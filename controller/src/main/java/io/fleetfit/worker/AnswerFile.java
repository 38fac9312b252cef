package io.fleetfit.worker;

import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.protocol.Digest;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;
import java.util.zip.CheckedInputStream;
import java.util.zip.CheckedOutputStream;

/**
 * A model's outputs on samples, in the samples' order, on the disk. The file is bound to a key and closed by a checksum; one
 * of another key, cut off or changed reads as absent. It appears whole or not at all.
 */
final class AnswerFile {
    private static final String FORMAT = "fleetfit-answers-1";
    private static final int BUFFER = 1 << 16;

    private AnswerFile() {}

    /** The answers in a file, if they are those of {@code key} and as many as {@code count}. */
    static Optional<Reader> open(Path file, Digest key, int count) throws IOException {
        if (!Files.isRegularFile(file) || !isWhole(file)) {
            return Optional.empty();
        }
        Reader reader = new Reader(file);
        if (reader.isOf(key, count)) {
            return Optional.of(reader);
        }
        reader.close();
        return Optional.empty();
    }

    private static boolean isWhole(Path file) throws IOException {
        long size = Files.size(file);
        try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), BUFFER);
                CheckedInputStream in = new CheckedInputStream(raw, new CRC32C())) {
            if (size <= Long.BYTES) {
                return false;
            }
            in.skipNBytes(size - Long.BYTES);
            long actual = in.getChecksum().getValue();
            return new DataInputStream(raw).readLong() == actual;
        }
    }

    /** Reads answers one after the other. */
    static final class Reader implements AutoCloseable {
        private final DataInputStream in;

        private Reader(Path file) throws IOException {
            in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file), BUFFER));
        }

        private boolean isOf(Digest key, int count) throws IOException {
            return in.readUTF().equals(FORMAT) && in.readUTF().equals(key.hex()) && in.readInt() == count;
        }

        /** The next answer. */
        Map<String, FloatTensor> next() throws IOException {
            Map<String, FloatTensor> outputs = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                String name = in.readUTF();
                long[] shape = new long[in.readInt()];
                for (int i = 0; i < shape.length; i++) {
                    shape[i] = in.readLong();
                }
                float[] values = new float[in.readInt()];
                byte[] bytes = in.readNBytes(values.length * Float.BYTES);
                ByteBuffer.wrap(bytes).asFloatBuffer().get(values);
                outputs.put(name, new FloatTensor(shape, values));
            }
            return outputs;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /** Writes answers one after the other; without {@link #finish} nothing stays. */
    static final class Writer implements AutoCloseable {
        private final Path file;
        private final Path draft;
        private final CheckedOutputStream checked;
        private final DataOutputStream out;

        Writer(Path file, Digest key, int count) throws IOException {
            this.file = file;
            Path folder = file.toAbsolutePath().getParent();
            draft = Files.createTempFile(folder == null ? null : Files.createDirectories(folder), "answers", ".tmp");
            OutputStream raw = new BufferedOutputStream(Files.newOutputStream(draft), BUFFER);
            checked = new CheckedOutputStream(raw, new CRC32C());
            out = new DataOutputStream(checked);
            out.writeUTF(FORMAT);
            out.writeUTF(key.hex());
            out.writeInt(count);
        }

        void add(Map<String, FloatTensor> outputs) throws IOException {
            out.writeInt(outputs.size());
            for (Map.Entry<String, FloatTensor> output : outputs.entrySet()) {
                out.writeUTF(output.getKey());
                out.writeInt(output.getValue().shape().length);
                for (long size : output.getValue().shape()) {
                    out.writeLong(size);
                }
                float[] values = output.getValue().data();
                out.writeInt(values.length);
                ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES);
                bytes.asFloatBuffer().put(values);
                out.write(bytes.array());
            }
        }

        /** Puts the file in place. */
        void finish() throws IOException {
            out.flush();
            out.writeLong(checked.getChecksum().getValue());
            out.close();
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        }

        @Override
        public void close() throws IOException {
            out.close();
            Files.deleteIfExists(draft);
        }
    }
}
