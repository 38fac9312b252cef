package io.fleetfit.deploy.simulate;

import io.fleetfit.cli.MoreCommands;

/** Adds {@code fleetfit simulate}. */
public final class SimulateCommands implements MoreCommands {
    @Override
    public Object command() {
        return new SimulateCommand();
    }
}
