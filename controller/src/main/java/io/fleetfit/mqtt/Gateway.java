package io.fleetfit.mqtt;

import io.fleetfit.fleet.DesiredStates;
import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceLink;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.ProfileFinder;
import io.fleetfit.fleet.Selector;
import io.fleetfit.mqtt.GatewayMetrics.Outcome;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Hello;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Presence;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.TelemetryAck;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.Topics;
import io.fleetfit.telemetry.TelemetryStore;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes what devices say, stores it, and answers. Nothing here blocks the broker: messages wait in bounded lines, one
 * device always in the same, and what does not fit is dropped and counted, since devices repeat what matters.
 */
public final class Gateway implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Gateway.class);
    private static final int PAGE = 500;

    private final Parts parts;
    private final MeasurementLog measurements;
    private final DeviceEvents events;
    private final Lines lines;

    /**
     * What the gateway works with.
     *
     * @param fleet devices and twins
     * @param telemetry where batches go
     * @param link to the devices
     * @param chunks answers chunk requests
     * @param desired sends desired states
     * @param profiles finds a device's profile by its capabilities
     * @param sink where live happenings go
     * @param metrics what is counted
     * @param clock time
     */
    public record Parts(
            FleetStore fleet,
            TelemetryStore telemetry,
            DeviceLink link,
            ChunkService chunks,
            DesiredStates desired,
            ProfileFinder profiles,
            EventSink sink,
            GatewayMetrics metrics,
            Clock clock) {}

    /** A gateway that is not yet connected. */
    public Gateway(Parts parts, MeasurementLog measurements, DeviceEvents events) {
        this.parts = parts;
        this.measurements = measurements;
        this.events = events;
        this.lines = new Lines("gateway", Math.max(2, Runtime.getRuntime().availableProcessors()), 10_000);
    }

    /** Takes messages from now on, and publishes every desired state again: the broker may have lost them. */
    public void start() {
        parts.link().start(this::onMessage);
        lines.run("", this::publishAll);
    }

    private void publishAll() {
        String cursor = null;
        List<FleetStore.DeviceState> page;
        do {
            page = parts.fleet().states(Selector.all(), cursor, PAGE);
            for (FleetStore.DeviceState state : page) {
                cursor = state.device().id();
                publishDesired(state.twin());
            }
        } while (page.size() == PAGE);
    }

    private void publishDesired(DeviceTwin twin) {
        if (twin.generation() > 0) {
            try {
                parts.desired().publish(twin);
            } catch (RuntimeException e) {
                LOG.error("cannot send {} what it shall run", twin.deviceId(), e);
            }
        }
    }

    private void onMessage(String topic, ByteBuffer payload) {
        Optional<Topics.Inbound> inbound = Topics.parseUp(topic);
        if (inbound.isEmpty()) {
            return;
        }
        byte[] bytes = new byte[payload.remaining()];
        payload.duplicate().get(bytes);
        Topics.Inbound from = inbound.get();
        if (!lines.run(from.deviceId(), () -> handle(from, bytes))) {
            parts.metrics().message(from.kind().leaf(), Outcome.DROPPED);
        }
    }

    private void handle(Topics.Inbound from, byte[] bytes) {
        Outcome outcome;
        try {
            outcome = switch (from.kind()) {
                case HELLO -> hello(from, JsonCodec.decode(bytes, Hello.class));
                case REPORTED -> reported(from, JsonCodec.decode(bytes, ReportedState.class));
                case CHUNK_REQUEST -> chunkRequest(from, JsonCodec.decode(bytes, ChunkRequest.class));
                case TELEMETRY -> telemetry(from, JsonCodec.decode(bytes, TelemetryBatch.class));
                case PRESENCE -> presence(from, JsonCodec.decode(bytes, Presence.class));
            };
        } catch (ProtocolException e) {
            LOG.warn("{} of {}: {}", from.kind().leaf(), from.deviceId(), e.getMessage());
            parts.sink()
                    .emit(
                            "device.bad-message",
                            Map.of(
                                    "device", from.deviceId(),
                                    "kind", from.kind().leaf(),
                                    "error", String.valueOf(e.getMessage())));
            outcome = Outcome.BAD;
        } catch (RuntimeException e) {
            LOG.error("{} of {} could not be processed", from.kind().leaf(), from.deviceId(), e);
            outcome = Outcome.FAILED;
        }
        parts.metrics().message(from.kind().leaf(), outcome);
    }

    private Outcome hello(Topics.Inbound from, Hello hello) {
        Optional<Device> known = parts.fleet().device(from.deviceId());
        if (!from.deviceId().equals(hello.deviceId()) || known.isEmpty()) {
            return Outcome.BAD;
        }
        Device device = known.get();
        parts.fleet()
                .upsertDevice(new Device(
                        device.id(),
                        parts.profiles().profileOf(hello.capabilities()),
                        hello.capabilities(),
                        device.labels(),
                        hello.agentVersion(),
                        true,
                        device.enrolledAt(),
                        parts.clock().instant()));
        parts.fleet().setHeld(device.id(), hello.held());
        parts.chunks().connected(device.id());
        store(hello.reported());
        publishDesired(parts.fleet().twin(device.id()));
        parts.sink().emit("device.connected", Map.of("device", device.id()));
        events.connected(device.id());
        return Outcome.ACCEPTED;
    }

    private Outcome reported(Topics.Inbound from, ReportedState reported) {
        if (!from.deviceId().equals(reported.deviceId())) {
            return Outcome.BAD;
        }
        return store(reported) ? Outcome.ACCEPTED : Outcome.REPEATED;
    }

    private boolean store(ReportedState reported) {
        if (!parts.fleet().setReported(reported)) {
            return false;
        }
        DeviceTwin twin = parts.fleet().twin(reported.deviceId());
        if (reported.generation() < twin.generation() && reported.refused() != null) {
            LOG.warn("{} refuses generation {}: {}", twin.deviceId(), twin.generation(), reported.refused());
        }
        measurements.qualified(reported);
        parts.sink()
                .emit(
                        "device.reported",
                        Map.of(
                                "device",
                                reported.deviceId(),
                                "generation",
                                reported.generation(),
                                "slots",
                                reported.slots()));
        events.reported(reported);
        return true;
    }

    private Outcome chunkRequest(Topics.Inbound from, ChunkRequest request) {
        if (!from.deviceId().equals(request.deviceId()) || request.numbers().size() > ChunkRequest.MAX_NUMBERS) {
            return Outcome.BAD;
        }
        parts.chunks().request(request);
        return Outcome.ACCEPTED;
    }

    /** Acknowledged once it is in the database, also when it was there before: the device then forgets it. */
    private Outcome telemetry(Topics.Inbound from, TelemetryBatch batch) {
        if (!from.deviceId().equals(batch.deviceId())) {
            return Outcome.BAD;
        }
        boolean isNew = parts.telemetry().store(batch, parts.clock().instant());
        var unused = parts.link()
                .publish(message(
                        Topics.down(batch.deviceId(), Topics.Down.TELEMETRY_ACK),
                        new TelemetryAck(
                                Protocol.VERSION, batch.deviceId(), batch.spoolId(), List.of(batch.sequence()))));
        if (!isNew) {
            return Outcome.REPEATED;
        }
        measurements.served(batch);
        events.measured(batch.deviceId());
        parts.sink()
                .emit(
                        "device.telemetry",
                        Map.of(
                                "device",
                                batch.deviceId(),
                                "slots",
                                batch.slots().size()));
        return Outcome.ACCEPTED;
    }

    /** A will of an earlier start of the agent, or of a connection that a newer one replaced, says nothing. */
    private Outcome presence(Topics.Inbound from, Presence presence) {
        String boot = bootOf(parts.fleet().twin(from.deviceId()));
        if (!from.deviceId().equals(presence.deviceId())) {
            return Outcome.BAD;
        }
        if (!presence.online() && boot != null && !boot.equals(presence.bootId())) {
            return Outcome.REPEATED;
        }
        parts.fleet()
                .setPresence(from.deviceId(), presence.online(), parts.clock().instant());
        parts.sink().emit(presence.online() ? "device.online" : "device.offline", Map.of("device", from.deviceId()));
        return Outcome.ACCEPTED;
    }

    private static @Nullable String bootOf(DeviceTwin twin) {
        return twin.reported() == null ? null : twin.reported().bootId();
    }

    private static DeviceLink.Message message(String topic, Object body) {
        return new DeviceLink.Message(topic, ByteBuffer.wrap(JsonCodec.encode(body)), null, false);
    }

    @Override
    public void close() {
        lines.close();
    }
}
