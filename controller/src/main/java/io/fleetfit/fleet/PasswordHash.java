package io.fleetfit.fleet;

import io.fleetfit.protocol.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * Makes and checks secrets: device passwords, enrolment tokens, API tokens.
 *
 * <p>Every secret is 256 random bits that this class made, never a word that a person chose. Stretching (PBKDF2, bcrypt)
 * and salt slow down guessing among likely words; among 2^256 equally likely values there is nothing to guess, so one
 * SHA-256 is as good, costs a microsecond when ten thousand devices come back at once, and lets a token be looked up by
 * its hash.
 */
public final class PasswordHash {
    /** Random bytes in a secret. */
    public static final int SECRET_BYTES = 32;

    private static final String PREFIX = "sha256:";

    private PasswordHash() {}

    /** A fresh secret: {@code prefix} and 43 characters of URL-safe base 64. */
    public static String newSecret(String prefix, SecureRandom random) {
        byte[] bytes = new byte[SECRET_BYTES];
        random.nextBytes(bytes);
        return prefix + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What is stored of a secret: {@code sha256:} and 64 hexadecimal digits. */
    public static String of(String secret) {
        return of(secret.getBytes(StandardCharsets.UTF_8));
    }

    /** The same for UTF-8 bytes. */
    public static String of(byte[] secret) {
        return PREFIX + Digest.of(secret).hex();
    }

    /** Whether the UTF-8 bytes are the secret behind the stored hash, in a time that tells nothing of it. */
    public static boolean matches(byte[] secret, String stored) {
        return MessageDigest.isEqual(
                of(secret).getBytes(StandardCharsets.US_ASCII), stored.getBytes(StandardCharsets.US_ASCII));
    }
}
