package io.fleetfit.protocol;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Says which part of which blob a chunk message carries; stands in the MQTT 5 correlation data, so that the payload is
 * the raw bytes alone. Binary form: kind (1 byte: 0 index, 1 chunk, 2 unknown blob), number (4 bytes, big-endian),
 * digest of the blob (32 bytes).
 *
 * @param blob the blob
 * @param kind what the payload is
 * @param number of the part
 */
public record ChunkHeader(Digest blob, Kind kind, int number) {
    /** Length of the binary form. */
    public static final int BYTES = 1 + Integer.BYTES + Digest.BYTES;

    /** What the payload is. */
    public enum Kind {
        INDEX(0),
        CHUNK(1),
        /** The controller does not hold the blob; the payload is empty. */
        UNKNOWN_BLOB(2);

        private final byte code;

        Kind(int code) {
            this.code = (byte) code;
        }

        private static Optional<Kind> of(byte code) {
            return Arrays.stream(values()).filter(kind -> kind.code == code).findFirst();
        }
    }

    /** The binary form. */
    public byte[] encode() {
        return ByteBuffer.allocate(BYTES)
                .put(kind.code)
                .putInt(number)
                .put(blob.raw())
                .array();
    }

    /** Reads the binary form; empty when it is none. */
    public static Optional<ChunkHeader> decode(byte[] bytes) {
        if (bytes.length != BYTES) {
            return Optional.empty();
        }
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        Optional<Kind> kind = Kind.of(buffer.get());
        int number = buffer.getInt();
        byte[] raw = new byte[Digest.BYTES];
        buffer.get(raw);
        return kind.map(known -> new ChunkHeader(Digest.ofRaw(raw), known, number));
    }
}
