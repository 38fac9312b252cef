package io.fleetfit.agent.connect;

import io.fleetfit.agent.artifact.ChunkLink;
import io.fleetfit.protocol.ChunkHeader;
import io.fleetfit.protocol.ChunkRequest;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Presence;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ProtocolException;
import io.fleetfit.protocol.TelemetryAck;
import io.fleetfit.protocol.Topics;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The topics of one device over one {@link BrokerSession}: turns messages into calls and back. Thread-safe. */
public final class DeviceChannel implements ChunkLink, AutoCloseable {
    private static final System.Logger LOG = System.getLogger(DeviceChannel.class.getName());

    private final Identity identity;
    private final Events events;
    private final Clock clock;
    private final BrokerSession session;
    private final Map<Digest, CompletableFuture<Void>> open = new ConcurrentHashMap<>();
    private volatile boolean greeted;

    /**
     * Who speaks.
     *
     * @param deviceId the device
     * @param bootId changes with every start of the agent
     * @param metered whether chunks must come to this device alone
     */
    public record Identity(String deviceId, String bootId, boolean metered) {}

    /** What the channel hears; no method may wait for the channel. */
    public interface Events {
        /** The hello of this device, the first message of every link; null if it cannot be made now. */
        byte @Nullable [] hello();

        /** The link is up and hello has been said. */
        void connected();

        /** The link is down. */
        void disconnected();

        /** A desired state as it came. */
        void desired(byte[] envelope);

        /** A part of a blob. */
        void chunk(ChunkHeader header, byte[] payload);

        /** The controller has stored telemetry. */
        void stored(TelemetryAck ack);
    }

    /** A channel that has not begun. */
    public DeviceChannel(BrokerSettings broker, Identity identity, Events events, Clock clock, RandomGenerator random) {
        this.identity = identity;
        this.events = events;
        this.clock = clock;
        this.session = new BrokerSession(
                broker, new Listener(), () -> new BrokerSession.Will(up(Topics.Up.PRESENCE), presence(false)), random);
    }

    /** Connects, now and again whenever the link is lost. */
    public void start() {
        for (Topics.Down kind : Topics.Down.values()) {
            CompletableFuture<Void> unused = session.subscribe(down(kind));
        }
        session.start();
    }

    private String up(Topics.Up kind) {
        return Topics.up(identity.deviceId(), kind);
    }

    private String down(Topics.Down kind) {
        return Topics.down(identity.deviceId(), kind);
    }

    private byte[] presence(boolean online) {
        return JsonCodec.encode(
                new Presence(Protocol.VERSION, identity.deviceId(), identity.bootId(), online, clock.instant()));
    }

    /** Publishes a message of the device; whether it is on its way. */
    public boolean publish(Topics.Up kind, byte[] json) {
        return greeted && session.publish(up(kind), json, kind == Topics.Up.PRESENCE);
    }

    @Override
    public boolean isConnected() {
        return greeted && session.isConnected();
    }

    @Override
    public boolean isMetered() {
        return identity.metered();
    }

    @Override
    public void open(Digest blob) {
        if (!identity.metered()) {
            open.put(blob, session.subscribe(Topics.sharedChunks(blob)));
        }
    }

    @Override
    public void close(Digest blob) {
        if (open.remove(blob) != null) {
            session.unsubscribe(Topics.sharedChunks(blob));
        }
    }

    @Override
    public void requestAgain(Digest blob, int number) {
        publish(Topics.Up.CHUNK_REQUEST, chunkRequest(blob, ChunkRequest.Kind.CHUNK, List.of(number), true));
    }

    private byte[] chunkRequest(Digest blob, ChunkRequest.Kind kind, List<Integer> numbers, boolean alone) {
        return JsonCodec.encode(new ChunkRequest(Protocol.VERSION, identity.deviceId(), blob, kind, numbers, alone));
    }

    /** Asks once the subscription stands, because an answer before would be lost. */
    @Override
    public void request(Digest blob, ChunkRequest.Kind kind, List<Integer> numbers) {
        byte[] request = chunkRequest(blob, kind, numbers, identity.metered());
        CompletableFuture<Void> subscribed = open.get(blob);
        if (subscribed == null || subscribed.isDone()) {
            publish(Topics.Up.CHUNK_REQUEST, request);
        } else {
            CompletableFuture<Void> unused =
                    subscribed.whenComplete((done, error) -> publish(Topics.Up.CHUNK_REQUEST, request));
        }
    }

    /** Says that the device goes offline, and ends. */
    @Override
    public void close() {
        publish(Topics.Up.PRESENCE, presence(false));
        session.close();
    }

    private final class Listener implements BrokerListener {
        @Override
        public void connected() {
            byte[] hello = events.hello();
            if (hello != null) {
                session.publish(up(Topics.Up.HELLO), hello, false);
            }
            greeted = true;
            publish(Topics.Up.PRESENCE, presence(true));
            events.connected();
        }

        @Override
        public void disconnected() {
            greeted = false;
            events.disconnected();
        }

        @Override
        public void message(String topic, byte[] payload, byte @Nullable [] correlation) {
            if (correlation != null) {
                ChunkHeader.decode(correlation).ifPresent(header -> events.chunk(header, payload));
            } else if (topic.equals(down(Topics.Down.DESIRED))) {
                if (payload.length > 0) {
                    events.desired(payload);
                }
            } else if (topic.equals(down(Topics.Down.TELEMETRY_ACK))) {
                takeAck(payload);
            }
        }

        private void takeAck(byte[] payload) {
            try {
                events.stored(JsonCodec.decode(payload, TelemetryAck.class));
            } catch (ProtocolException e) {
                LOG.log(Level.WARNING, "an acknowledgement cannot be read: {0}", e.getMessage());
            }
        }
    }
}
