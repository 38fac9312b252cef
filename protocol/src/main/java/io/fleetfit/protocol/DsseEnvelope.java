package io.fleetfit.protocol;

import java.util.List;

/**
 * A signed payload (DSSE 1.0.2, secure-systems-lab/dsse). Made and checked by {@link Dsse}.
 *
 * @param payloadType what the payload is
 * @param payload standard base64 of the payload
 * @param signatures one or more
 */
public record DsseEnvelope(String payloadType, String payload, List<Signature> signatures) {
    /** Payload type of a {@link DesiredState}. */
    public static final String DESIRED_STATE = "application/vnd.fleetfit.desired-state.v1+json";

    /** Payload type of a {@link VariantManifest}. */
    public static final String MANIFEST = "application/vnd.fleetfit.variant-manifest.v1+json";

    /**
     * One signature.
     *
     * @param keyid name of the key; a hint only
     * @param sig standard base64 of the Ed25519 signature
     */
    public record Signature(String keyid, String sig) {}

    public DsseEnvelope {
        signatures = List.copyOf(signatures);
    }
}
