package io.fleetfit.deploy.simulate;

import io.fleetfit.agent.update.DesiredStateReader;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * An ideal signature: an envelope is good if this signer made exactly it. Real ones cost a millisecond each, and a night of
 * simulations makes millions.
 */
final class SimSigner implements DesiredStateReader.Check {
    private static final PublicKey KEY = newKey().getPublic();

    private final Set<String> made = new HashSet<>();

    private static KeyPair newKey() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What devices know the controller by. */
    static PublicKey key() {
        return KEY;
    }

    DsseEnvelope sign(String type, byte[] payload) {
        String text = Base64.getEncoder().encodeToString(payload);
        made.add(type + text);
        String mark = Base64.getEncoder().encodeToString("made".getBytes(StandardCharsets.UTF_8));
        return new DsseEnvelope(type, text, List.of(new DsseEnvelope.Signature("controller", mark)));
    }

    @Override
    public byte[] verify(DsseEnvelope envelope, String type, PublicKey key) throws ProtocolException {
        if (!envelope.payloadType().equals(type) || !made.contains(type + envelope.payload())) {
            throw new ProtocolException(ErrorCode.NETWORK_BAD_SIGNATURE, "no signature by the enrolled controller");
        }
        return Base64.getDecoder().decode(envelope.payload());
    }
}
