package io.fleetfit.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Root of the command {@code fleetfit}. */
@Command(
        name = "fleetfit",
        description = "Fits machine-learning models to a fleet of edge devices.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ModelCommands.class,
            VariantCommands.class,
            RecipeCommands.class,
            JobCommands.class,
            DataSetCommands.class,
            ProfileCommands.class,
            DeviceCommands.class,
            DeploymentCommands.class,
            FitCommands.class,
            RolloutCommands.class,
            ApplyCommand.class,
            TelemetryCommands.class,
            VersionCommand.class,
            CompletionCommand.class
        },
        sortSynopsis = false,
        usageHelpAutoWidth = true,
        footerHeading = "%n",
        footer = {
            "Commands talk to the controller at --url, FLEETFIT_URL or",
            "http://127.0.0.1:8080, with the token of --token, FLEETFIT_TOKEN or",
            "~/.config/fleetfit/token (readable by you alone).",
            "",
            "Exit codes:",
            "  0  done",
            "  1  refused or failed by the controller",
            "  2  bad usage or input",
            "  3  controller unreachable",
            "  4  fit explain: no variant fits",
            "  5  rollout failed or aborted",
            "",
            "Examples:",
            "  fleetfit model import net.onnx --name classifier --tag stage=lab",
            "  fleetfit fit explain camera-7 classifier",
            "  fleetfit rollout start shop-cameras --watch"
        })
public final class FleetfitCommand implements Runnable {
    private final Surroundings surroundings;

    @Spec
    private CommandSpec spec;

    private FleetfitCommand(Surroundings surroundings) {
        this.surroundings = surroundings;
    }

    /** The whole command line of this process; more commands may be added to it. */
    public static CommandLine commandLine() {
        return commandLine(Surroundings.ofProcess())
                .setOut(utf8(FileDescriptor.out))
                .setErr(utf8(FileDescriptor.err));
    }

    /** The command line in other surroundings. */
    public static CommandLine commandLine(Surroundings surroundings) {
        CommandLine root = new CommandLine(new FleetfitCommand(surroundings));
        ServiceLoader.load(MoreCommands.class).forEach(more -> root.addSubcommand(more.command()));
        addHelp(root);
        return root.setParameterExceptionHandler(FleetfitCommand::usage)
                .setExecutionExceptionHandler(FleetfitCommand::failure)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(Surroundings.COLUMNS);
    }

    private static void addHelp(CommandLine command) {
        command.getCommandSpec().usageMessage().abbreviateSynopsis(true);
        command.getCommandSpec()
                .addOption(OptionSpec.builder("-h", "--help")
                        .usageHelp(true)
                        .description("show this help")
                        .build());
        command.getSubcommands().values().forEach(FleetfitCommand::addHelp);
    }

    Surroundings surroundings() {
        return surroundings;
    }

    /** Without a command there is nothing to do but help. */
    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private static int usage(ParameterException problem, String[] args) {
        CommandLine at = problem.getCommandLine();
        String message = String.valueOf(problem.getMessage()).replaceAll("\\s*\\R\\s*", " ");
        at.getErr()
                .println(
                        "fleetfit: " + message + "; try '" + at.getCommandSpec().qualifiedName() + " --help'");
        at.getErr().flush();
        return ExitCodes.USAGE;
    }

    /** Expected failures take one line; anything else is a fault of this program and shows where it happened. */
    private static int failure(Exception problem, CommandLine at, ParseResult parsed) {
        PrintWriter err = at.getErr();
        if (problem instanceof CliFailure failure) {
            err.println("fleetfit: " + failure.getMessage());
            err.flush();
            return failure.exitCode();
        }
        err.println("fleetfit: a fault of this program, please report it:");
        problem.printStackTrace(err);
        err.flush();
        return ExitCodes.REFUSED;
    }

    private static PrintWriter utf8(FileDescriptor descriptor) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(descriptor), StandardCharsets.UTF_8), true);
    }
}
