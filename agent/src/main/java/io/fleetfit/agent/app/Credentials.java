package io.fleetfit.agent.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.agent.artifact.DurableFiles;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;

/**
 * What the device got at its enrolment; kept in a file that only the agent's user may read.
 *
 * @param deviceId name of the device
 * @param mqtt access to the broker
 * @param controllerKey whose signatures count
 * @param protocol version that the controller spoke
 */
record Credentials(String deviceId, Mqtt mqtt, ControllerKey controllerKey, String protocol) {
    private static final String FILE = "credentials.json";

    /** Access to the broker. */
    record Mqtt(URI url, String username, String password) {}

    /** The controller's public key: X.509, base64. */
    record ControllerKey(String keyId, String publicKey) {}

    /** Checks that the key can be used. */
    PublicKey publicKey() throws IOException {
        try {
            byte[] encoded = Base64.getDecoder().decode(controllerKey.publicKey());
            return KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(encoded));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("the controller's key is no Ed25519 key: " + e.getMessage(), e);
        }
    }

    static Optional<Credentials> load(Path dataDir) throws IOException {
        Path file = dataDir.resolve(FILE);
        return Files.exists(file) ? Optional.of(parse(Files.readAllBytes(file))) : Optional.empty();
    }

    static Credentials parse(byte[] json) throws IOException {
        ObjectMapper mapper = JsonCodec.mapper();
        try {
            Credentials credentials = mapper.readValue(json, Credentials.class);
            if (credentials == null
                    || credentials.deviceId == null
                    || credentials.mqtt == null
                    || credentials.mqtt.url() == null
                    || credentials.controllerKey == null) {
                throw new IOException("the enrolment lacks deviceId, mqtt.url or controllerKey");
            }
            return credentials;
        } catch (JsonProcessingException e) {
            throw new IOException("the enrolment cannot be read: " + e.getOriginalMessage(), e);
        }
    }

    void save(Path dataDir) throws IOException {
        Files.createDirectories(dataDir);
        DurableFiles.writeSecret(dataDir.resolve(FILE), JsonCodec.mapper().writeValueAsBytes(this));
    }

    /** Without the password. */
    @Override
    public String toString() {
        return "Credentials[" + deviceId + " at " + mqtt.url() + "]";
    }
}
