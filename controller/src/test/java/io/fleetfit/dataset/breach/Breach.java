package io.fleetfit.dataset.breach;

import io.fleetfit.fleet.Device;

/** Breaks its package's rule on purpose: compression knows the fleet. */
public final class Breach {
    /** What it must not know. */
    public Device known(Device forbidden) {
        return forbidden;
    }
}
