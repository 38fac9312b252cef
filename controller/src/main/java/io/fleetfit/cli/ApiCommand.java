package io.fleetfit.cli;

import java.io.PrintWriter;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command that asks the controller. */
abstract class ApiCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Mixin
    private ConnectionOptions connection;

    @Mixin
    private OutputOptions output;

    @Override
    public final Integer call() {
        if (output.isPage() && !hasPage()) {
            throw CliFailure.badInput("--output", "html", "this command has no page; use table, wide, json or yaml");
        }
        return run(connection.open(surroundings()));
    }

    /** Whether the answer can be had as a page. */
    boolean hasPage() {
        return false;
    }

    /** Does the work; the exit code. */
    abstract int run(ApiClient api);

    final OutputOptions output() {
        return output;
    }

    final PrintWriter out() {
        return spec.commandLine().getOut();
    }

    final PrintWriter err() {
        return spec.commandLine().getErr();
    }

    final Clock clock() {
        return surroundings().clock();
    }

    final Surroundings surroundings() {
        return ((FleetfitCommand) spec.root().userObject()).surroundings();
    }

    final ProgressLine progress() {
        return new ProgressLine(err(), surroundings().terminal());
    }

    /** One line for people; nothing where a program reads. */
    final void say(String line) {
        if (output.forPeople()) {
            out().println(line);
            out().flush();
        }
    }
}
