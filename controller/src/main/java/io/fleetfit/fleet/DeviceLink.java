package io.fleetfit.fleet;

import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Port: MQTT as the gateway needs it; the embedded broker and the client of an external broker implement it. */
public interface DeviceLink extends AutoCloseable {
    /**
     * A message.
     *
     * @param topic where
     * @param payload what
     * @param correlation MQTT 5 correlation data; absent if none
     * @param retain whether the broker keeps it for later subscribers
     */
    record Message(
            String topic, ByteBuffer payload, @Nullable ByteBuffer correlation, boolean retain) {}

    /** Takes inbound messages; called on a broker thread, must not block. */
    @FunctionalInterface
    interface Handler {
        /** One message that a device published. */
        void onMessage(String topic, ByteBuffer payload);
    }

    /** Publishes at QoS 1; completes when the broker has taken it. */
    CompletableFuture<?> publish(Message message);

    /** Delivers all device messages ({@code ff/v1/d/+/…}) to {@code handler} from now on; call once. */
    void start(Handler handler);

    /** Whether messages can be sent now. */
    boolean isConnected();

    @Override
    void close();
}
