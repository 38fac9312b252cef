package io.fleetfit.deploy.demo;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The command {@code deploy/demo}. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Runs the whole of Fleetfit on this machine: starts a controller and three agents that stand for a"
                + " Raspberry Pi 4, a Jetson Orin Nano and a phone (their capabilities are declared, not real),"
                + " imports a text direction classifier, makes smaller variants of it, gives every device the best one"
                + " that fits, and classifies rendered lines of text on each. Then it rolls out a good version in"
                + " three waves, and a broken one that the canary's gate stops and takes back.",
            "It stays up until Ctrl-C and leaves nothing behind."
        })
public final class Demo implements Callable<Integer> {
    private static final double LEAST_ACCURACY = 0.97;

    private final PrintStream out;
    private final CountDownLatch interrupted = new CountDownLatch(1);

    @Option(names = "--exit", description = "End as soon as the table is printed.")
    private boolean exit;

    @Option(names = "--report", paramLabel = "FILE", description = "Write the table as JSON too.")
    private @Nullable Path report;

    @Option(
            names = "--images",
            paramLabel = "N",
            defaultValue = "300",
            description = "Lines that each device classifies; ${DEFAULT-VALUE} by default.")
    private int images;

    @Option(names = "--work", hidden = true, required = true)
    private @Nullable Path work;

    private Demo(PrintStream out) {
        this.out = out;
    }

    /** Runs the demo; exit status 0 when all devices are active and right in 97 % of the lines. */
    public static void main(String[] args) {
        System.exit(new CommandLine(new Demo(System.out)).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        if (images < 1) {
            out.println("demo: --images must be 1 or more, got " + images);
            return 2;
        }
        Path folder = report == null ? null : report.toAbsolutePath().getParent();
        if (folder != null && !Files.isDirectory(folder)) {
            out.println("demo: --report " + report + ": there is no folder " + folder + "; make it first");
            return 2;
        }
        if (work == null) {
            throw new IllegalStateException("deploy/demo gives the folder to work in");
        }
        try (DemoRun run = new DemoRun(work, out)) {
            // Ctrl-C ends the JVM without unwinding this block.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                run.end();
                interrupted.countDown();
            }));
            DemoReport found = run.run(images);
            out.println();
            out.print(found.table());
            if (report != null) {
                found.write(report);
            }
            boolean good = found.isGood(DemoDevice.ALL.size(), LEAST_ACCURACY);
            out.println(good ? "All devices are active." : "Not every device reached 97 % accuracy.");
            boolean rolled = run.rollOut();
            out.println();
            out.println(
                    rolled
                            ? "The good version is everywhere; the broken one came to one device and was taken back."
                            : "The rollouts did not go as they should.");
            good &= rolled;
            if (!exit) {
                run.explainHowToLookAround();
                interrupted.await();
            }
            return good ? 0 : 1;
        }
    }
}
