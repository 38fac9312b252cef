package io.fleetfit.fleet;

/** Port: tells devices what they shall run. */
@FunctionalInterface
public interface DesiredStates {
    /** Signs the targets of the twin and sends them to its device, which gets them when it is there. */
    void publish(DeviceTwin twin);
}
