package io.fleetfit.agent.app;

import java.io.IOException;
import java.io.PrintStream;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Map;

/**
 * The command {@code fleetfit-agent}. Exit status: 0 ended as asked, 1 the controller refused the enrolment or the data
 * folder cannot be used, 2 bad usage or configuration, 70 an error that the agent cannot go on from.
 */
public final class AgentMain {
    private static final String LOG_FORMAT = "java.util.logging.SimpleFormatter.format";
    private static final int OK = 0;
    private static final int FAILED = 1;
    private static final int USAGE = 2;
    private static final int BROKEN = 70;

    private AgentMain() {}

    /** Runs until SIGTERM. */
    public static void main(String[] arguments) {
        if (System.getProperty(LOG_FORMAT) == null) {
            System.setProperty(LOG_FORMAT, "%1$tFT%1$tT.%1$tL %4$s %3$s %5$s%6$s%n");
        }
        Thread.setDefaultUncaughtExceptionHandler((thread, error) -> {
            System.getLogger(AgentMain.class.getName())
                    .log(Level.ERROR, "thread " + thread.getName() + " broke; the agent ends", error);
            Runtime.getRuntime().halt(BROKEN);
        });
        System.exit(run(List.of(arguments), System.getenv(), System.out, System.err));
    }

    static int run(List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
        BuildInfo build = BuildInfo.read();
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(Help.text());
            return OK;
        }
        if (arguments.contains("--version") || arguments.contains("-V")) {
            out.println("fleetfit-agent " + build.version());
            return OK;
        }
        try {
            return serve(ConfigReader.read(arguments, environment), build);
        } catch (ConfigProblems e) {
            err.println("fleetfit-agent: " + e.getMessage());
            return USAGE;
        } catch (Enrolment.Refused | IOException e) {
            err.println("fleetfit-agent: " + e.getMessage());
            return FAILED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OK;
        }
    }

    private static int serve(AgentConfig config, BuildInfo build)
            throws IOException, Enrolment.Refused, InterruptedException {
        try (Agent agent = Agent.open(config, told -> BoardParts.open(told, build), build)) {
            Thread hook = new Thread(agent::close, "fleetfit-stop");
            Runtime.getRuntime().addShutdownHook(hook);
            agent.start();
            agent.await();
            return OK;
        }
    }
}
