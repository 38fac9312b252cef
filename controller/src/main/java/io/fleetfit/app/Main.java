package io.fleetfit.app;

import io.fleetfit.cli.FleetfitCommand;
import picocli.CommandLine;

/** The command {@code fleetfit}. */
public final class Main {
    private Main() {}

    /** Entry point. */
    public static void main(String[] arguments) {
        CommandLine root = FleetfitCommand.commandLine();
        root.addSubcommand("up", UpCommand.commandLine());
        System.exit(root.execute(arguments));
    }
}
