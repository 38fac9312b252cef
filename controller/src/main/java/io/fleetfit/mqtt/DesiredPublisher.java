package io.fleetfit.mqtt;

import io.fleetfit.fleet.DesiredStates;
import io.fleetfit.fleet.DeviceLink;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.DesiredState;
import io.fleetfit.protocol.DsseEnvelope;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.Topics;
import io.fleetfit.protocol.VariantManifest;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Signs desired states and publishes them retained. */
public final class DesiredPublisher implements DesiredStates {
    private static final Logger LOG = LoggerFactory.getLogger(DesiredPublisher.class);

    /** A device that was switched off for longer waits for the state that the controller signs when it says hello. */
    private static final Duration VALIDITY = Duration.ofDays(30);

    private final RegistryStore registry;
    private final ChunkIndexes indexes;
    private final DeviceLink link;
    private final ControllerKey key;
    private final Clock clock;
    private final Duration probation;

    /** Variants are immutable, so a manifest is signed once. */
    private final Map<VariantRef, Signed> manifests = new ConcurrentHashMap<>();

    private record Signed(Variant variant, DsseEnvelope manifest) {}

    /** @param probation time after activation in which a device may still fall back by itself */
    public DesiredPublisher(
            RegistryStore registry,
            ChunkIndexes indexes,
            DeviceLink link,
            ControllerKey key,
            Clock clock,
            Duration probation) {
        this.registry = registry;
        this.indexes = indexes;
        this.link = link;
        this.key = key;
        this.clock = clock;
        this.probation = probation;
    }

    @Override
    public void publish(DeviceTwin twin) {
        Instant now = clock.instant();
        List<Assignment> assignments =
                twin.targets().stream().map(this::assignment).toList();
        DesiredState desired = new DesiredState(
                Protocol.VERSION, twin.deviceId(), twin.generation(), now, now.plus(VALIDITY), assignments);
        DsseEnvelope envelope = key.sign(DsseEnvelope.DESIRED_STATE, JsonCodec.encode(desired));
        var unused = link.publish(new DeviceLink.Message(
                        Topics.down(twin.deviceId(), Topics.Down.DESIRED),
                        ByteBuffer.wrap(JsonCodec.encode(envelope)),
                        null,
                        true))
                .whenComplete((result, failure) -> {
                    if (failure != null) {
                        LOG.warn(
                                "the broker did not take the desired state of {}; it is sent again at its next hello",
                                twin.deviceId(),
                                failure);
                    }
                });
    }

    private Assignment assignment(SlotTarget target) {
        Signed signed = manifests.computeIfAbsent(target.variant(), this::sign);
        return new Assignment(
                target.slot(),
                signed.manifest(),
                signed.variant().settings(),
                target.budget(),
                Math.toIntExact(probation.toSeconds()),
                target.stageOnly());
    }

    private Signed sign(VariantRef ref) {
        Variant variant = registry.variant(ref).orElseThrow(() -> gone("variant", ref));
        ModelContract contract =
                registry.model(ref.model()).map(Model::contract).orElseThrow(() -> gone("model", ref));
        try {
            ChunkIndexes.Indexed index = indexes.of(variant.blob());
            VariantManifest manifest = new VariantManifest(
                    Protocol.VERSION,
                    ref.model(),
                    ref.version(),
                    ref.variant(),
                    variant.recipe(),
                    variant.precision(),
                    variant.blob(),
                    variant.size(),
                    index.digest(),
                    index.encoded().length,
                    contract);
            return new Signed(variant, key.sign(DsseEnvelope.MANIFEST, JsonCodec.encode(manifest)));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the file of " + ref, e);
        }
    }

    private static IllegalStateException gone(String what, VariantRef ref) {
        return new IllegalStateException("the " + what + " of " + ref + " is gone though a device shall run it");
    }
}
