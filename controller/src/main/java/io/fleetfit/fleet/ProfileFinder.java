package io.fleetfit.fleet;

import io.fleetfit.protocol.Capabilities;

/** Port: the class of devices that one belongs to. */
@FunctionalInterface
public interface ProfileFinder {
    /** Name of the profile that matches best; an ad-hoc one for a device that none describes. */
    String profileOf(Capabilities capabilities);
}
