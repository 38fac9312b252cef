package io.fleetfit.protocol;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Base64;
import java.util.List;

/** Signs and checks {@link DsseEnvelope}s with Ed25519 (RFC 8032). */
public final class Dsse {
    private Dsse() {}

    /** Wraps and signs {@code payload}. */
    public static DsseEnvelope sign(String payloadType, byte[] payload, String keyId, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initSign(key);
            signature.update(preAuthenticationEncoding(payloadType, payload));
            String sig = Base64.getEncoder().encodeToString(signature.sign());
            return new DsseEnvelope(
                    payloadType,
                    Base64.getEncoder().encodeToString(payload),
                    List.of(new DsseEnvelope.Signature(keyId, sig)));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("the key cannot sign with Ed25519: " + e.getMessage(), e);
        }
    }

    /**
     * The payload, if the envelope has the given type and at least one signature by {@code key}.
     *
     * @throws ProtocolException {@link ErrorCode#NETWORK_BAD_SIGNATURE} otherwise
     */
    public static byte[] verify(DsseEnvelope envelope, String payloadType, PublicKey key) throws ProtocolException {
        if (!envelope.payloadType().equals(payloadType)) {
            throw bad("payload type is '" + envelope.payloadType() + "', expected '" + payloadType + "'");
        }
        byte[] payload = decode("payload", envelope.payload());
        byte[] signed = preAuthenticationEncoding(payloadType, payload);
        for (DsseEnvelope.Signature candidate : envelope.signatures()) {
            if (matches(signed, decode("sig", candidate.sig()), key)) {
                return payload;
            }
        }
        throw bad("no signature by the enrolled controller");
    }

    private static boolean matches(byte[] signed, byte[] sig, PublicKey key) {
        try {
            Signature signature = Signature.getInstance("Ed25519");
            signature.initVerify(key);
            signature.update(signed);
            return signature.verify(sig);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static byte[] decode(String field, String base64) throws ProtocolException {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new ProtocolException(ErrorCode.NETWORK_BAD_SIGNATURE, field + " is not base64", e);
        }
    }

    /** DSSE's PAE: {@code "DSSEv1" SP LEN(type) SP type SP LEN(body) SP body}. */
    static byte[] preAuthenticationEncoding(String payloadType, byte[] payload) {
        byte[] type = payloadType.getBytes(StandardCharsets.UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream(payload.length + type.length + 32);
        out.writeBytes(("DSSEv1 " + type.length + " ").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(type);
        out.writeBytes((" " + payload.length + " ").getBytes(StandardCharsets.UTF_8));
        out.writeBytes(payload);
        return out.toByteArray();
    }

    private static ProtocolException bad(String message) {
        return new ProtocolException(ErrorCode.NETWORK_BAD_SIGNATURE, message);
    }
}
