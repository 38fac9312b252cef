package io.fleetfit.broker;

import com.hivemq.extension.sdk.api.auth.Authorizer;
import com.hivemq.extension.sdk.api.auth.PublishAuthorizer;
import com.hivemq.extension.sdk.api.auth.SubscriptionAuthorizer;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.PublishAuthorizerOutput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerInput;
import com.hivemq.extension.sdk.api.auth.parameter.SubscriptionAuthorizerOutput;
import com.hivemq.extension.sdk.api.client.parameter.ConnectionInformation;
import com.hivemq.extension.sdk.api.packets.publish.AckReasonCode;
import com.hivemq.extension.sdk.api.packets.subscribe.SubackReasonCode;
import io.fleetfit.fleet.DeviceAuthenticator.Identity;
import io.fleetfit.fleet.DeviceAuthenticator.Kind;
import io.fleetfit.protocol.Topics;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may use which topic: a device publishes below its own prefix what devices say, and subscribes to what is said to
 * it and to shared chunks; the controller's account may use all of them.
 */
final class Rights implements PublishAuthorizer, SubscriptionAuthorizer {
    private static final String KIND = "fleetfit.kind";
    private static final String ID = "fleetfit.id";
    private static final Pattern SHARED_CHUNKS = Pattern.compile(Pattern.quote(Topics.ROOT) + "/b/[0-9a-f]{64}/chunk");

    /** This object as what the broker asks for. */
    Authorizer authorizer() {
        return this;
    }

    /** Notes on the connection who it is. */
    static void remember(ConnectionInformation connection, Identity identity) {
        connection
                .getConnectionAttributeStore()
                .putAsString(KIND, identity.kind().name());
        connection.getConnectionAttributeStore().putAsString(ID, identity.id());
    }

    private static Optional<Identity> identity(ConnectionInformation connection) {
        return connection.getConnectionAttributeStore().getAsString(KIND).flatMap(kind -> connection
                .getConnectionAttributeStore()
                .getAsString(ID)
                .map(id -> new Identity(Kind.valueOf(kind), id)));
    }

    /** Whether this connection may publish on the topic. */
    static boolean mayPublish(ConnectionInformation connection, String topic) {
        return identity(connection).filter(who -> mayPublish(who, topic)).isPresent();
    }

    static boolean mayPublish(Identity who, String topic) {
        return switch (who.kind()) {
            case CONTROLLER -> topic.startsWith(Topics.ROOT + "/");
            case DEVICE ->
                Topics.parseUp(topic)
                        .filter(inbound -> inbound.deviceId().equals(who.id()))
                        .isPresent();
        };
    }

    static boolean maySubscribe(Identity who, String filter) {
        if (who.kind() == Kind.CONTROLLER) {
            return filter.startsWith(Topics.ROOT + "/");
        }
        for (Topics.Down kind : Topics.Down.values()) {
            if (filter.equals(Topics.down(who.id(), kind))) {
                return true;
            }
        }
        return SHARED_CHUNKS.matcher(filter).matches();
    }

    @Override
    public void authorizePublish(PublishAuthorizerInput input, PublishAuthorizerOutput output) {
        String topic = input.getPublishPacket().getTopic();
        if (mayPublish(input.getConnectionInformation(), topic)) {
            output.authorizeSuccessfully();
        } else {
            output.failAuthorization(AckReasonCode.NOT_AUTHORIZED, "this login may not publish on " + topic);
        }
    }

    @Override
    public void authorizeSubscribe(SubscriptionAuthorizerInput input, SubscriptionAuthorizerOutput output) {
        String filter = input.getSubscription().getTopicFilter();
        if (identity(input.getConnectionInformation())
                .filter(who -> maySubscribe(who, filter))
                .isPresent()) {
            output.authorizeSuccessfully();
        } else {
            output.failAuthorization(SubackReasonCode.NOT_AUTHORIZED, "this login may not subscribe to " + filter);
        }
    }
}
