package io.fleetfit.mqtt;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.Dsse;
import io.fleetfit.protocol.DsseEnvelope;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.List;

/** The Ed25519 key with which this controller signs desired states and manifests. Devices learn it when they enrol. */
public final class ControllerKey {
    private final String id;
    private final KeyPair pair;

    private ControllerKey(KeyPair pair) {
        this.pair = pair;
        this.id = Digest.of(pair.getPublic().getEncoded()).shortHex();
    }

    /**
     * The key of this file, which is made, readable by its owner alone, if there is none. Two lines of Base64: the
     * private key (PKCS #8) and the public key (X.509).
     *
     * @throws IOException if the file cannot be read or written, or holds no key
     */
    public static ControllerKey loadOrCreate(Path file) throws IOException {
        try {
            return Files.exists(file) ? load(file) : create(file);
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException(
                    "the controller's key " + file + " cannot be used (" + e.getMessage()
                            + "); restore it from a backup, or remove it and enrol every device again",
                    e);
        }
    }

    private static ControllerKey load(Path file) throws IOException, GeneralSecurityException {
        List<String> lines = Files.readAllLines(file);
        if (lines.size() < 2) {
            throw new IllegalArgumentException("it has " + lines.size() + " lines, expected 2");
        }
        KeyFactory factory = KeyFactory.getInstance("Ed25519");
        return new ControllerKey(new KeyPair(
                factory.generatePublic(
                        new X509EncodedKeySpec(Base64.getDecoder().decode(lines.get(1)))),
                factory.generatePrivate(
                        new PKCS8EncodedKeySpec(Base64.getDecoder().decode(lines.get(0))))));
    }

    private static ControllerKey create(Path file) throws IOException, GeneralSecurityException {
        KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Base64.Encoder base64 = Base64.getEncoder();
        Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
        Path draft = Files.createTempFile(
                folder,
                "key",
                ".tmp",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.write(
                draft,
                List.of(
                        base64.encodeToString(pair.getPrivate().getEncoded()),
                        base64.encodeToString(pair.getPublic().getEncoded())));
        try (FileChannel channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
        return new ControllerKey(pair);
    }

    /** Names the key in signatures. */
    public String id() {
        return id;
    }

    /** The public key, X.509 form in Base64. */
    public String publicKey() {
        return Base64.getEncoder().encodeToString(pair.getPublic().getEncoded());
    }

    /** Signs a payload. */
    public DsseEnvelope sign(String payloadType, byte[] payload) {
        return Dsse.sign(payloadType, payload, id, pair.getPrivate());
    }
}
