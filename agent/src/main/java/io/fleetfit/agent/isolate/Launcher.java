package io.fleetfit.agent.isolate;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Starts small Java processes of the agent's own classes: nice, first in line when memory runs out, with a bound on the
 * memory that they can ask the kernel for.
 */
public final class Launcher {
    static final String LOG = "log";
    static final String CRASH_LOG = "crash.log";

    /** Words to put before {@code java}, for machines where it is started by another program. */
    static final String WRAPPER = "fleetfit.agent.launcher";

    /**
     * The shell sets what a child inherits: its place in the kernel's queue for memory kills (proc(5), oom_score_adj), the
     * bound on its data (getrlimit(2), RLIMIT_DATA, in units of 1,024 bytes), its niceness. What a system does not have is
     * left out: the agent watches memory and time itself.
     */
    private static final String SHELL =
            "{ echo 1000 > /proc/self/oom_score_adj; ulimit -d \"$1\"; } 2>/dev/null; shift; "
                    + "command -v nice >/dev/null && set -- nice -n 5 \"$@\"; exec \"$@\"";

    private static final String NATIVE = "onnxruntime.native.path";
    private static final long LEAST_HEAP_BYTES = 16L << 20;
    private static final long MOST_HEAP_BYTES = 64L << 20;

    private final Path folder;
    private final @Nullable ClassArchive archive;

    /**
     * A launcher.
     *
     * @param folder for what children leave behind
     * @param archive of their classes, which lets them start faster; absent if there is none
     */
    public Launcher(Path folder, @Nullable ClassArchive archive) {
        this.folder = folder;
        this.archive = archive;
    }

    /**
     * Starts one.
     *
     * @param main class with the {@code main} method
     * @param dataBytes bound on the data that it can ask the kernel for
     * @throws IOException there is no shell or no Java, or no memory for another process
     */
    public ChildProcess start(String main, long dataBytes) throws IOException {
        ClassArchive classes = archive;
        if (classes == null || !Files.exists(classes.file())) {
            return start(main, dataBytes, List.of(), List.of(), System.getProperty("java.class.path"));
        }
        return start(
                main, dataBytes, List.of("-XX:SharedArchiveFile=" + classes.file()), List.of(), classes.classPath());
    }

    ChildProcess start(String main, long dataBytes, List<String> options, List<String> arguments, String classPath)
            throws IOException {
        Files.createDirectories(folder);
        Path work = Files.createTempDirectory(folder, "child");
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", SHELL, "sh", Long.toString(dataBytes / 1024)));
        command.addAll(wrapper());
        command.addAll(java(work));
        command.addAll(options);
        command.add(main);
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(work.toFile())
                .redirectError(work.resolve(LOG).toFile());
        environment(builder.environment(), classPath);
        return new ChildProcess(builder.start(), work);
    }

    private static List<String> wrapper() {
        String words = System.getProperty(WRAPPER, "").strip();
        return words.isEmpty() ? List.of() : List.of(words.split("\\s+"));
    }

    /** That of the agent, so that what passes here also runs there; unused heap costs nothing. */
    private static long heapBytes() {
        return Math.max(
                LEAST_HEAP_BYTES, Math.min(MOST_HEAP_BYTES, Runtime.getRuntime().maxMemory()));
    }

    private static List<String> java(Path work) {
        List<String> java = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapBytes(),
                "-XX:MaxDirectMemorySize=" + Runtime.getRuntime().maxMemory(),
                "-Xms4m",
                "-Xmn2m",
                "-Xss256k",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:ReservedCodeCacheSize=8m",
                "-XX:-UsePerfData",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:+DisplayVMOutputToStderr",
                "-XX:ErrorFile=" + work.resolve(CRASH_LOG),
                "-Xshare:auto",
                // Maps the archives of classes where they were made for, so that their pages stay shared and clean.
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:+UnlockDiagnosticVMOptions",
                "-XX:ArchiveRelocationMode=0",
                "-Xlog:disable",
                "-Djava.io.tmpdir=" + work));
        String natives = System.getProperty(NATIVE);
        if (natives != null) {
            java.add("-D" + NATIVE + "=" + natives);
        }
        return java;
    }

    /** The class path goes by the environment: a long command line breaks the start of ONNX Runtime. */
    private static void environment(Map<String, String> environment, String classPath) {
        environment.put("CLASSPATH", classPath);
        environment.put("ORT_DISABLE_TELEMETRY", "1");
        environment.put("MALLOC_ARENA_MAX", "1");
        environment.remove("JAVA_TOOL_OPTIONS");
    }
}
