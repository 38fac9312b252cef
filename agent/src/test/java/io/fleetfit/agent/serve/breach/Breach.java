package io.fleetfit.agent.serve.breach;

import io.fleetfit.agent.connect.BrokerSession;
import org.jspecify.annotations.Nullable;

/** Breaks two rules on purpose: the local API knows the broker, and it and the updates know each other. */
public final class Breach {
    /** What it must not know. */
    public BrokerSession known(BrokerSession forbidden) {
        return forbidden;
    }

    /** One end of a cycle. */
    public io.fleetfit.agent.update.breach.@Nullable Breach other() {
        return null;
    }
}
