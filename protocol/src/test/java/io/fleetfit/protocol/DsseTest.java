package io.fleetfit.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

class DsseTest {
    private static final byte[] PAYLOAD = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

    private final KeyPair keys = ed25519();

    @Test
    void encodes_as_the_specification_says() {
        byte[] encoded = Dsse.preAuthenticationEncoding(
                "http://example.com/HelloWorld", "hello world".getBytes(StandardCharsets.UTF_8));

        assertThat(new String(encoded, StandardCharsets.UTF_8))
                .isEqualTo("DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    @Test
    void gives_back_what_was_signed() throws Exception {
        DsseEnvelope signed = Dsse.sign(DsseEnvelope.MANIFEST, PAYLOAD, "k", keys.getPrivate());

        assertThat(Dsse.verify(signed, DsseEnvelope.MANIFEST, keys.getPublic())).isEqualTo(PAYLOAD);
    }

    @Test
    void one_good_signature_among_others_is_enough() throws Exception {
        DsseEnvelope other =
                Dsse.sign(DsseEnvelope.MANIFEST, PAYLOAD, "o", ed25519().getPrivate());
        DsseEnvelope signed = Dsse.sign(DsseEnvelope.MANIFEST, PAYLOAD, "k", keys.getPrivate());
        DsseEnvelope both = new DsseEnvelope(
                signed.payloadType(),
                signed.payload(),
                List.of(other.signatures().get(0), signed.signatures().get(0)));

        assertThat(Dsse.verify(both, DsseEnvelope.MANIFEST, keys.getPublic())).isEqualTo(PAYLOAD);
    }

    @Test
    void refuses_a_changed_payload_another_key_another_type_and_garbage() {
        DsseEnvelope signed = Dsse.sign(DsseEnvelope.MANIFEST, PAYLOAD, "k", keys.getPrivate());
        String forged = Base64.getEncoder().encodeToString("{\"a\":2}".getBytes(StandardCharsets.UTF_8));

        refused(new DsseEnvelope(signed.payloadType(), forged, signed.signatures()), keys);
        refused(signed, ed25519());
        refused(new DsseEnvelope(DsseEnvelope.DESIRED_STATE, signed.payload(), signed.signatures()), keys);
        refused(new DsseEnvelope(signed.payloadType(), "%%", signed.signatures()), keys);
        refused(new DsseEnvelope(signed.payloadType(), signed.payload(), List.of()), keys);
        refused(
                new DsseEnvelope(
                        signed.payloadType(), signed.payload(), List.of(new DsseEnvelope.Signature("k", "AAAA"))),
                keys);
    }

    private static void refused(DsseEnvelope envelope, KeyPair keys) {
        assertThatThrownBy(() -> Dsse.verify(envelope, DsseEnvelope.MANIFEST, keys.getPublic()))
                .isInstanceOfSatisfying(ProtocolException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.NETWORK_BAD_SIGNATURE));
    }

    private static KeyPair ed25519() {
        try {
            return KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
