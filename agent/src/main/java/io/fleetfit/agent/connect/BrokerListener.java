package io.fleetfit.agent.connect;

import org.jspecify.annotations.Nullable;

/** Hears of the session with the broker. No method may wait for the session itself. */
public interface BrokerListener {
    /** The link is up and all subscriptions stand; called on the session's thread after every connect. */
    void connected();

    /** The link is down; the session tries again by itself. */
    void disconnected();

    /**
     * A message; acknowledged to the broker when this returns, so the work on it holds the sender back.
     *
     * @param correlation MQTT 5 correlation data; absent if none
     */
    void message(String topic, byte[] payload, byte @Nullable [] correlation);
}
