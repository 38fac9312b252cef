package io.fleetfit.broker;

import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.events.client.ClientLifecycleEventListener;
import com.hivemq.extension.sdk.api.events.client.parameters.AuthenticationSuccessfulInput;
import com.hivemq.extension.sdk.api.events.client.parameters.ClientInitiatedDisconnectInput;
import com.hivemq.extension.sdk.api.events.client.parameters.ConnectionStartInput;
import com.hivemq.extension.sdk.api.events.client.parameters.DisconnectEventInput;
import com.hivemq.extension.sdk.api.packets.connect.WillPublishPacket;
import io.fleetfit.fleet.DeviceLink;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Hands last wills to the gateway. Interceptors see what clients publish, but not the wills that the broker publishes
 * for them; so the will is kept at connect and handed over when that same connection ends without a farewell.
 */
final class Wills implements ClientLifecycleEventListener {
    private static final String CONNECTION = "fleetfit.connection";

    private record Will(String connection, String topic, ByteBuffer payload) {}

    private final Map<String, Will> wills = new ConcurrentHashMap<>();
    private final Supplier<DeviceLink.Handler> handler;

    Wills(Supplier<DeviceLink.Handler> handler) {
        this.handler = handler;
    }

    @Override
    public void onMqttConnectionStart(ConnectionStartInput input) {
        String connection = UUID.randomUUID().toString();
        attributes(input.getConnectionInformation()).putAsString(CONNECTION, connection);
        input.getConnectPacket()
                .getWillPublish()
                .ifPresent(will -> wills.put(
                        input.getClientInformation().getClientId(),
                        new Will(connection, will.getTopic(), payload(will))));
    }

    private static ByteBuffer payload(WillPublishPacket will) {
        return will.getPayload().orElse(ByteBuffer.allocate(0));
    }

    @Override
    public void onAuthenticationSuccessful(AuthenticationSuccessfulInput input) {
        // The will counts from the connect on; nothing more is known here.
    }

    @Override
    public void onClientInitiatedDisconnect(ClientInitiatedDisconnectInput input) {
        take(input.getClientInformation().getClientId(), input.getConnectionInformation());
    }

    @Override
    public void onDisconnect(DisconnectEventInput input) {
        Will will = take(input.getClientInformation().getClientId(), input.getConnectionInformation());
        if (will != null && Rights.mayPublish(input.getConnectionInformation(), will.topic())) {
            handler.get().onMessage(will.topic(), will.payload());
        }
    }

    /** The will of this connection; none when a newer connection of the same client has replaced it. */
    private @org.jspecify.annotations.Nullable Will take(String client, ConnectionInformation connection) {
        String id = attributes(connection).getAsString(CONNECTION).orElse("");
        Will will = wills.get(client);
        return will != null && will.connection().equals(id) && wills.remove(client, will) ? will : null;
    }

    private static com.hivemq.extension.sdk.api.client.parameter.ConnectionAttributeStore attributes(
            ConnectionInformation connection) {
        return connection.getConnectionAttributeStore();
    }
}
