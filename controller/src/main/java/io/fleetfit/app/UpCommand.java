package io.fleetfit.app;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fleetfit up}: the controller itself, until it is told to stop. */
@Command(
        name = "up",
        description = "Starts the controller; it runs until Ctrl-C or SIGTERM.",
        sortOptions = false,
        footerHeading = "%n",
        footer = {
            "Each setting may also stand in the file, as 'http: {port: 8080}' for",
            "--http.port, or in the environment, as FLEETFIT_HTTP_PORT. Flags win over",
            "the environment, the environment over the file.",
            "",
            "Examples:",
            "  fleetfit up",
            "  fleetfit up --data-dir /var/lib/fleetfit --config /etc/fleetfit.yaml",
            "  fleetfit up --http.host 0.0.0.0 --http.certificate c.pem --http.key k.pem"
        })
final class UpCommand implements Runnable {
    @Option(names = "--config", paramLabel = "FILE", description = "Configuration file (YAML).")
    private @Nullable Path file;

    @Spec
    private @Nullable CommandSpec spec;

    /** The command with an option for each setting. */
    static CommandLine commandLine() {
        CommandLine command = new CommandLine(new UpCommand());
        for (Setting setting : Setting.values()) {
            command.getCommandSpec()
                    .addOption(OptionSpec.builder("--" + setting.key())
                            .paramLabel("VALUE")
                            .type(String.class)
                            .arity(setting == Setting.ALLOW_PLAIN ? "0..1" : "1")
                            .fallbackValue(setting == Setting.ALLOW_PLAIN ? "true" : "")
                            .description(capital(setting.help())
                                    + (setting.standard().isEmpty() ? "." : " (" + setting.standard() + ")."))
                            .build());
        }
        return command;
    }

    private static String capital(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }

    @Override
    public void run() {
        CommandLine command = spec == null ? new CommandLine(this) : spec.commandLine();
        Config config;
        try {
            config = ConfigReader.read(configFile(), System.getenv(), flags(command));
        } catch (ConfigProblems e) {
            throw new CommandLine.ParameterException(command, String.valueOf(e.getMessage()));
        }
        try (Controller controller = Controller.start(config)) {
            announce(controller, command.getOut());
            awaitEnd(controller);
        } catch (IOException | IllegalStateException e) {
            throw new CommandLine.ExecutionException(command, "fleetfit up: " + e.getMessage(), e);
        }
    }

    private @Nullable Path configFile() {
        String variable = System.getenv("FLEETFIT_CONFIG");
        return file != null || variable == null ? file : Path.of(variable);
    }

    private static Map<Setting, String> flags(CommandLine command) {
        Map<Setting, String> flags = new EnumMap<>(Setting.class);
        for (Setting setting : Setting.values()) {
            String value = command.getParseResult().matchedOptionValue("--" + setting.key(), (String) null);
            if (value != null) {
                flags.put(setting, value);
            }
        }
        return flags;
    }

    private static void announce(Controller controller, PrintWriter out) {
        out.println("Fleetfit " + Version.CURRENT + " serves at " + controller.url());
        controller.firstToken().ifPresent(token -> {
            out.println("admin token: " + token);
            out.println("This token is shown once. Keep it: export FLEETFIT_TOKEN=" + token);
        });
        out.flush();
    }

    private static void awaitEnd(Controller controller) {
        CountDownLatch stop = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            controller.close();
                            stop.countDown();
                        },
                        "shutdown"));
        try {
            stop.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
