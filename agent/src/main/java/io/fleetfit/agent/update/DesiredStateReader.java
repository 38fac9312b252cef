package io.fleetfit.agent.update;

import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.Dsse;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.VariantManifest;
import java.security.PublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** Reads desired states of one device and believes only those that the enrolled controller signed. */
public final class DesiredStateReader {
    /** A clock this far beyond the build of the agent is taken to be wrong. */
    private static final Duration CREDIBLE = Duration.ofDays(20L * 365);

    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(5);

    /** How signatures are checked. */
    @FunctionalInterface
    public interface Check {
        /** The payload, if the envelope has the type and a signature by the key; throws otherwise. */
        byte[] verify(DsseEnvelope envelope, String payloadType, PublicKey key) throws ProtocolException;
    }

    private final String deviceId;
    private final PublicKey controllerKey;
    private final Instant builtAt;
    private final Check check;

    /**
     * A reader for one device.
     *
     * @param builtAt when this agent was built: no true clock shows an earlier time
     */
    public DesiredStateReader(String deviceId, PublicKey controllerKey, Instant builtAt) {
        this(deviceId, controllerKey, builtAt, Dsse::verify);
    }

    /** A reader that checks signatures in another way than {@link Dsse#verify}: for simulations of many devices. */
    public DesiredStateReader(String deviceId, PublicKey controllerKey, Instant builtAt, Check check) {
        this.deviceId = deviceId;
        this.controllerKey = controllerKey;
        this.builtAt = builtAt;
        this.check = check;
    }

    /** Digest of the controller's key, to tell controllers apart. */
    String controller() {
        return Digest.of(controllerKey.getEncoded()).hex();
    }

    /** The desired state in an envelope, all signatures checked. */
    DesiredState read(byte[] envelopeJson) throws ProtocolException {
        DsseEnvelope envelope = JsonCodec.decode(envelopeJson, DsseEnvelope.class);
        byte[] payload = check.verify(envelope, DsseEnvelope.DESIRED_STATE, controllerKey);
        DesiredState desired = JsonCodec.decode(payload, DesiredState.class);
        if (!desired.deviceId().equals(deviceId)) {
            throw new ProtocolException(
                    ErrorCode.NETWORK_BAD_MESSAGE,
                    "the desired state is for device '" + desired.deviceId() + "', this is '" + deviceId + "'");
        }
        Set<String> slots = new HashSet<>();
        for (Assignment assignment : desired.assignments()) {
            requireManifest(assignment);
            if (!slots.add(assignment.slot())) {
                throw new ProtocolException(
                        ErrorCode.NETWORK_BAD_MESSAGE, "slot '" + assignment.slot() + "' is assigned twice");
            }
        }
        return desired;
    }

    private void requireManifest(Assignment assignment) throws ProtocolException {
        byte[] manifest = check.verify(assignment.manifest(), DsseEnvelope.MANIFEST, controllerKey);
        JsonCodec.decode(manifest, VariantManifest.class);
    }

    /**
     * Whether a desired state is too old to be taken up. A clock that cannot be right, before the build of this agent or
     * decades after it, proves nothing; neither does one that is behind, which makes nothing expire.
     */
    boolean isExpired(DesiredState desired, Instant now) {
        boolean credible = now.isAfter(builtAt) && now.isBefore(builtAt.plus(CREDIBLE));
        return credible && now.isAfter(desired.expiresAt().plus(CLOCK_TOLERANCE));
    }
}
