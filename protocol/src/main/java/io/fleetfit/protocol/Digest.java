package io.fleetfit.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * The SHA-256 name of a sequence of bytes (FIPS 180-4), written as 64 lower-case hexadecimal digits.
 *
 * @param hex the 64 digits
 */
public record Digest(@JsonValue String hex) implements Comparable<Digest> {
    /** Length of the binary form in bytes. */
    public static final int BYTES = 32;

    private static final Pattern HEX = Pattern.compile("[0-9a-f]{64}");

    /** Checks the form; throws {@link IllegalArgumentException} that names the value. */
    @JsonCreator
    public Digest {
        if (!HEX.matcher(hex).matches()) {
            throw new IllegalArgumentException("digest must be 64 lower-case hex digits (SHA-256), got '" + hex + "'");
        }
    }

    /** The digest of {@code bytes}. */
    public static Digest of(byte[] bytes) {
        return finish(updated(bytes, 0, bytes.length));
    }

    /** The digest of {@code length} bytes from {@code offset}. */
    public static Digest of(byte[] bytes, int offset, int length) {
        return finish(updated(bytes, offset, length));
    }

    /** The digest of the remaining bytes; consumes the buffer. */
    public static Digest of(ByteBuffer bytes) {
        MessageDigest digest = sha256();
        digest.update(bytes);
        return finish(digest);
    }

    /** The digest that {@code digest} has gathered; resets it. */
    public static Digest finish(MessageDigest digest) {
        return ofRaw(digest.digest());
    }

    /** From the 32 bytes of the binary form. */
    public static Digest ofRaw(byte[] raw) {
        return new Digest(HexFormat.of().formatHex(raw));
    }

    /** A fresh SHA-256 engine. */
    public static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** The 32 bytes of the binary form. */
    public byte[] raw() {
        return HexFormat.of().parseHex(hex);
    }

    /** The first 12 digits, for people. */
    public String shortHex() {
        return hex.substring(0, 12);
    }

    @Override
    public int compareTo(Digest other) {
        return hex.compareTo(other.hex);
    }

    @Override
    public String toString() {
        return hex;
    }

    private static MessageDigest updated(byte[] bytes, int offset, int length) {
        MessageDigest digest = sha256();
        digest.update(bytes, offset, length);
        return digest;
    }
}
