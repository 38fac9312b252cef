package io.fleetfit.rollout;

import java.util.List;

/**
 * What comes of a step: what to store, all of it in one transaction, and then what to do.
 *
 * @param state the rollout after the step
 * @param commands what to store and do, in order
 */
public record Step(RolloutState state, List<Command> commands) {
    public Step {
        commands = List.copyOf(commands);
    }

    /** One thing to store or do. */
    public sealed interface Command {}

    /** Store the device as it is now; if it is {@linkplain DeviceUpdate#isDue due}, tell the device afterwards. */
    public record Put(DeviceUpdate update) implements Command {}

    /** Move all devices of one state to another, of which nothing is to be told. */
    public record Sweep(DeviceUpdate.State from, DeviceUpdate.State to) implements Command {}

    /** Write down what happened and why. */
    public record Note(String action, String reason) implements Command {}
}
