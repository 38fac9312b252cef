package io.fleetfit.agent.connect;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttActionListener;
import org.eclipse.paho.mqttv5.client.MqttAsyncClient;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.MqttSubscription;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;
import org.jspecify.annotations.Nullable;

/**
 * One connection to the broker: one Paho client that is never used again once it was lost. Outgoing messages wait in a
 * bounded queue, because Paho throws when more are in flight than the broker's receive maximum.
 */
final class BrokerLink {
    private static final System.Logger LOG = System.getLogger(BrokerLink.class.getName());
    private static final int MAX_PACKET_BYTES = 4 << 20;
    private static final long MAX_STASH_BYTES = 3 << 20;
    private static final int MAX_WAITING = 512;
    private static final int MAX_IN_FLIGHT = 8;
    private static final int QOS = 1;

    /** Hears of this link, on Paho's threads. */
    interface Events {
        void lost(BrokerLink from, String why);

        void message(String topic, byte[] payload, byte @Nullable [] correlation);
    }

    private record Outgoing(String topic, MqttMessage message) {}

    private final MqttAsyncClient client;
    private final MqttConnectionOptions options;
    private final PayloadStash stash;
    private final Queue<Outgoing> waiting = new ArrayDeque<>();
    private int inFlight;

    private BrokerLink(MqttAsyncClient client, MqttConnectionOptions options, PayloadStash stash) {
        this.client = client;
        this.options = options;
        this.stash = stash;
    }

    /** A link that has not been connected. */
    static BrokerLink open(BrokerSettings settings, boolean cleanStart, BrokerSession.Will will, Events events)
            throws IOException {
        SSLSocketFactory tls =
                settings.isTls() ? Tls.context(settings.trustedCertificates()).getSocketFactory() : null;
        PayloadStash stash = new PayloadStash(MAX_STASH_BYTES);
        MqttConnectionOptions options = options(settings, cleanStart, will);
        options.setSocketFactory(new BrokerSocketFactory(tls, stash, MAX_PACKET_BYTES));
        try {
            MqttAsyncClient client =
                    new MqttAsyncClient(settings.pahoUri(), settings.clientId(), new MemoryPersistence());
            BrokerLink link = new BrokerLink(client, options, stash);
            client.setCallback(link.new Callback(events));
            return link;
        } catch (MqttException e) {
            throw new IOException(text(e), e);
        }
    }

    private static MqttConnectionOptions options(BrokerSettings settings, boolean cleanStart, BrokerSession.Will will) {
        MqttConnectionOptions options = new MqttConnectionOptions();
        options.setAutomaticReconnect(false);
        options.setCleanStart(cleanStart);
        options.setSessionExpiryInterval(settings.timing().sessionExpiry().toSeconds());
        options.setKeepAliveInterval((int) settings.timing().keepAlive().toSeconds());
        options.setConnectionTimeout(
                (int) Math.max(1, settings.timing().connect().toSeconds()));
        options.setMaximumPacketSize((long) MAX_PACKET_BYTES);
        options.setUserName(settings.username());
        options.setPassword(settings.password().getBytes(StandardCharsets.UTF_8));
        MqttMessage message = new MqttMessage(will.payload(), QOS, true, null);
        options.setWill(will.topic(), message);
        return options;
    }

    /** Connects; calls one of both, once. */
    void connect(Runnable done, Consumer<String> failed) {
        try {
            client.connect(
                    options, null, new Outcome(done, error -> failed.accept(error == null ? "refused" : text(error))));
        } catch (MqttException e) {
            failed.accept(text(e));
        }
    }

    CompletableFuture<Void> subscribe(Collection<String> topics) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        if (topics.isEmpty()) {
            done.complete(null);
            return done;
        }
        MqttSubscription[] wanted =
                topics.stream().map(topic -> new MqttSubscription(topic, QOS)).toArray(MqttSubscription[]::new);
        try {
            client.subscribe(wanted, null, Outcome.of(done), new MqttProperties());
        } catch (MqttException e) {
            done.completeExceptionally(new IOException(text(e), e));
        }
        return done;
    }

    void unsubscribe(String topic) {
        try {
            client.unsubscribe(topic);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "cannot unsubscribe topic={0} because={1}", topic, text(e));
        }
    }

    /** Queues a message; false when too many wait already. */
    boolean publish(String topic, byte[] payload, boolean retained) {
        synchronized (waiting) {
            if (waiting.size() >= MAX_WAITING) {
                return false;
            }
            waiting.add(new Outgoing(topic, new MqttMessage(payload, QOS, retained, null)));
        }
        pump();
        return true;
    }

    private void pump() {
        while (true) {
            Outgoing next;
            synchronized (waiting) {
                next = inFlight < MAX_IN_FLIGHT ? waiting.poll() : null;
                if (next == null) {
                    return;
                }
                inFlight++;
            }
            try {
                client.publish(next.topic(), next.message(), null, new Outcome(this::sent, error -> sent()));
            } catch (MqttException e) {
                LOG.log(Level.DEBUG, "cannot publish topic={0} because={1}", next.topic(), text(e));
                synchronized (waiting) {
                    inFlight--;
                }
            }
        }
    }

    private void sent() {
        synchronized (waiting) {
            inFlight--;
        }
        pump();
    }

    /** Says good-bye; waits a little for it to leave. */
    void disconnect() {
        try {
            client.disconnect(1000).waitForCompletion(2000);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "no good-bye because={0}", text(e));
        }
    }

    /** Frees everything; must not be called on Paho's threads. */
    void close() {
        stash.close();
        try {
            if (client.isConnected()) {
                client.disconnectForcibly(0, 500, false);
            }
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "cannot disconnect because={0}", text(e));
        }
        try {
            client.close(true);
        } catch (MqttException e) {
            LOG.log(Level.DEBUG, "cannot close because={0}", text(e));
        }
    }

    private static String text(Throwable error) {
        Throwable cause = error.getCause();
        String detail = cause == null || cause == error ? "" : " (" + cause + ")";
        String code = error instanceof MqttException mqtt ? " [" + mqtt.getReasonCode() + "]" : "";
        return error.getMessage() + code + detail;
    }

    /** Turns one outcome of Paho's into one call. */
    private record Outcome(Runnable done, Consumer<@Nullable Throwable> failed) implements MqttActionListener {
        static Outcome of(CompletableFuture<Void> future) {
            return new Outcome(
                    () -> future.complete(null),
                    error -> future.completeExceptionally(
                            new IOException(error == null ? "refused by the broker" : text(error))));
        }

        @Override
        public void onSuccess(IMqttToken token) {
            done.run();
        }

        @Override
        public void onFailure(IMqttToken token, Throwable error) {
            failed.accept(error);
        }
    }

    /** Paho's callbacks; none waits for Paho. */
    private final class Callback implements MqttCallback {
        private final Events events;

        Callback(Events events) {
            this.events = events;
        }

        @Override
        public void disconnected(MqttDisconnectResponse response) {
            MqttException error = response.getException();
            String why = error == null ? response.getReasonString() : text(error);
            events.lost(BrokerLink.this, why == null ? "closed by the broker" : why);
        }

        @Override
        public void messageArrived(String topic, MqttMessage message) {
            byte[] ticket = message.getPayload();
            byte[] payload = ticket.length == PacketStream.TICKET_BYTES
                    ? stash.take(ByteBuffer.wrap(ticket).getInt())
                    : null;
            if (payload == null) {
                LOG.log(Level.WARNING, "a message without its payload topic={0}", topic);
                return;
            }
            MqttProperties properties = message.getProperties();
            try {
                events.message(topic, payload, properties == null ? null : properties.getCorrelationData());
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "a message could not be handled topic=" + topic, e);
            }
        }

        @Override
        public void mqttErrorOccurred(MqttException error) {
            LOG.log(Level.DEBUG, "paho: {0}", text(error));
        }

        @Override
        public void deliveryComplete(IMqttToken token) {
            // the outcome of each publication is heard on its own listener
        }

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {
            // the outcome of the connect is heard on its own listener
        }

        @Override
        public void authPacketArrived(int reasonCode, MqttProperties properties) {
            // user and password alone are used
        }
    }
}
