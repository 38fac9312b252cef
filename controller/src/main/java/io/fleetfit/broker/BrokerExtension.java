package io.fleetfit.broker;

import com.hivemq.extension.sdk.api.ExtensionMain;
import com.hivemq.extension.sdk.api.auth.SimpleAuthenticator;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthInput;
import com.hivemq.extension.sdk.api.auth.parameter.SimpleAuthOutput;
import com.hivemq.extension.sdk.api.client.parameter.Listener;
import com.hivemq.extension.sdk.api.client.parameter.ServerInformation;
import com.hivemq.extension.sdk.api.interceptor.publish.PublishInboundInterceptor;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundInput;
import com.hivemq.extension.sdk.api.interceptor.publish.parameter.PublishInboundOutput;
import com.hivemq.extension.sdk.api.packets.connect.ConnackReasonCode;
import com.hivemq.extension.sdk.api.packets.connect.ConnectPacket;
import com.hivemq.extension.sdk.api.packets.general.Qos;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStartOutput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopInput;
import com.hivemq.extension.sdk.api.parameter.ExtensionStopOutput;
import com.hivemq.extension.sdk.api.services.Services;
import com.hivemq.extension.sdk.api.services.builder.Builders;
import com.hivemq.extension.sdk.api.services.builder.PublishBuilder;
import com.hivemq.extension.sdk.api.services.publish.PublishService;
import com.hivemq.extension.sdk.api.services.session.ClientService;
import io.fleetfit.fleet.DeviceAuthenticator;
import io.fleetfit.fleet.DeviceAuthenticator.Identity;
import io.fleetfit.fleet.DeviceAuthenticator.Kind;
import io.fleetfit.fleet.DeviceLink;
import io.fleetfit.protocol.Topics;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the broker calls: logins, rights, and the way in and out for the gateway. */
final class BrokerExtension implements ExtensionMain {
    private static final Logger LOG = LoggerFactory.getLogger(BrokerExtension.class);

    private final DeviceAuthenticator authenticator;
    private final Rights rights = new Rights();
    private volatile DeviceLink.Handler handler = (topic, payload) -> LOG.debug("no gateway yet for {}", topic);
    private final Wills wills = new Wills(() -> handler);
    private @Nullable ServerInformation server;
    private @Nullable PublishService publishing;
    private @Nullable ClientService clients;

    BrokerExtension(DeviceAuthenticator authenticator) {
        this.authenticator = authenticator;
    }

    void handler(DeviceLink.Handler gateway) {
        handler = gateway;
    }

    @Override
    public void extensionStart(ExtensionStartInput input, ExtensionStartOutput output) {
        server = input.getServerInformation();
        publishing = Services.publishService();
        clients = Services.clientService();
        Services.securityRegistry().setAuthenticatorProvider(provider -> (SimpleAuthenticator) this::authenticate);
        Services.securityRegistry().setAuthorizerProvider(provider -> rights.authorizer());
        Services.eventRegistry().setClientLifecycleEventListener(provider -> wills);
        PublishInboundInterceptor interceptor = this::intercept;
        Services.initializerRegistry()
                .setClientInitializer((initializer, context) -> context.addPublishInboundInterceptor(interceptor));
    }

    @Override
    public void extensionStop(ExtensionStopInput input, ExtensionStopOutput output) {
        handler = (topic, payload) -> LOG.debug("the broker stops; dropped a message on {}", topic);
    }

    private void authenticate(SimpleAuthInput input, SimpleAuthOutput output) {
        ConnectPacket connect = input.getConnectPacket();
        Optional<Identity> identity = connect.getUserName()
                .flatMap(user ->
                        authenticator.authenticate(user, connect.getPassword().orElse(ByteBuffer.allocate(0))));
        if (identity.isEmpty()) {
            output.failAuthentication(ConnackReasonCode.NOT_AUTHORIZED, "unknown user or wrong password");
            return;
        }
        Identity who = identity.get();
        if (who.kind() == Kind.DEVICE && !connect.getClientId().equals(who.id())) {
            output.failAuthentication(
                    ConnackReasonCode.CLIENT_IDENTIFIER_NOT_VALID, "a device's client id is its device id");
            return;
        }
        if (connect.getWillPublish()
                .filter(will -> !Rights.mayPublish(who, will.getTopic()))
                .isPresent()) {
            output.failAuthentication(ConnackReasonCode.NOT_AUTHORIZED, "the will's topic is not the device's own");
            return;
        }
        Rights.remember(input.getConnectionInformation(), who);
        output.authenticateSuccessfully();
    }

    private void intercept(PublishInboundInput input, PublishInboundOutput output) {
        String topic = input.getPublishPacket().getTopic();
        // Interceptors run before authorizers: a message that breaks the rights goes on to be refused there.
        if (Topics.parseUp(topic).isPresent() && Rights.mayPublish(input.getConnectionInformation(), topic)) {
            handler.onMessage(topic, input.getPublishPacket().getPayload().orElse(ByteBuffer.allocate(0)));
            output.preventPublishDelivery();
        }
    }

    CompletableFuture<?> publish(DeviceLink.Message message) {
        PublishBuilder builder = Builders.publish()
                .topic(message.topic())
                .qos(Qos.AT_LEAST_ONCE)
                .retain(message.retain())
                .payload(message.payload());
        if (message.correlation() != null) {
            builder = builder.correlationData(message.correlation());
        }
        return started(publishing).publish(builder.build());
    }

    CompletableFuture<Boolean> disconnect(String clientId) {
        return started(clients).disconnectClient(clientId);
    }

    int port() {
        for (Listener listener : started(server).getListener()) {
            if (listener.getName().equals(BrokerConfig.LISTENER) && listener.getPort() > 0) {
                return listener.getPort();
            }
        }
        throw new IllegalStateException("the listener did not start; is the port taken?");
    }

    private static <T> T started(@Nullable T service) {
        if (service == null) {
            throw new IllegalStateException("the broker has not started");
        }
        return service;
    }
}
