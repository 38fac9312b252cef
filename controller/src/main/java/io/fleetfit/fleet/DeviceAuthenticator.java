package io.fleetfit.fleet;

import java.nio.ByteBuffer;
import java.util.Optional;

/** Port: who may log in at the broker. May read the database: call it off the event loop. */
@FunctionalInterface
public interface DeviceAuthenticator {
    /** What a login may do. */
    enum Kind {
        /** The topics of one device. */
        DEVICE,
        /** All topics: the controller's own account. */
        CONTROLLER
    }

    /**
     * Who logged in.
     *
     * @param kind what it may do
     * @param id the device's id, or the name of the account
     */
    record Identity(Kind kind, String id) {}

    /** Whose user name and password (UTF-8) these are; empty if nobody's. The buffer is not consumed. */
    Optional<Identity> authenticate(String username, ByteBuffer password);
}
