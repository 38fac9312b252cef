package io.fleetfit.agent.isolate;

import io.fleetfit.agent.artifact.DurableFiles;
import io.fleetfit.protocol.Digest;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The classes of the children as an archive that the Java machine maps instead of reading them (JEP 350). With it a child
 * starts in half the time and keeps half the memory to itself. Made once for a build of the agent and a Java machine, in
 * the background; without it children start all the same.
 */
public final class ClassArchive implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(ClassArchive.class.getName());
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final long ENOUGH_DATA_BYTES = 1L << 30;

    private final Path folder;
    private final String classPath;
    private @Nullable ChildProcess maker;
    private boolean closed;

    /** @param folder of archives; others than the newest are deleted */
    public ClassArchive(Path folder) {
        this.folder = folder;
        this.classPath = System.getProperty("java.class.path");
    }

    /** The archive, whether or not it is there. */
    Path file() {
        return folder.resolve("children-" + key() + ".jsa");
    }

    /** The class path of children: that of the agent until the archive is there, and that of the archive from then on. */
    String classPath() {
        return Files.exists(file()) ? String.join(File.pathSeparator, jars()) : classPath;
    }

    /** Names the Java machine and every file of the class path as it is now. */
    private String key() {
        StringBuilder text = new StringBuilder(System.getProperty("java.vm.version", ""));
        for (String entry : entries()) {
            File file = new File(entry);
            text.append('\n')
                    .append(entry)
                    .append(' ')
                    .append(file.length())
                    .append(' ')
                    .append(file.lastModified());
        }
        return Digest.of(text.toString().getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
    }

    private List<String> entries() {
        return List.of(classPath.split(File.pathSeparator));
    }

    /** Archives take no folders: each is packed into a jar of its own. */
    private List<String> jars() {
        List<String> jars = new ArrayList<>();
        for (String entry : entries()) {
            boolean packed = Files.isDirectory(Path.of(entry));
            jars.add(packed ? jar(jars.size()).toString() : entry);
        }
        return jars;
    }

    private Path jar(int number) {
        return folder.resolve("children-" + key() + "-" + number + ".jar");
    }

    /**
     * Makes the archive if it is not there; takes a second or two.
     *
     * @param main class whose {@code main} does, when it is given the word {@code train}, what children do, and ends
     */
    public void make(Launcher launcher, String main) {
        if (Files.exists(file())) {
            return;
        }
        try {
            Files.createDirectories(folder);
            deleteOthers();
            List<String> entries = entries();
            for (int i = 0; i < entries.size(); i++) {
                if (Files.isDirectory(Path.of(entries.get(i)))) {
                    pack(Path.of(entries.get(i)), jar(i));
                }
            }
            Path draft = folder.resolve("draft.jsa");
            try (ChildProcess child = launcher.start(
                    main,
                    ENOUGH_DATA_BYTES,
                    List.of("-XX:ArchiveClassesAtExit=" + draft),
                    List.of("train"),
                    String.join(File.pathSeparator, jars()))) {
                if (!isMaker(child)) {
                    return;
                }
                child.limit(Long.MAX_VALUE, PATIENCE);
                while (child.answers().read() >= 0) {
                    // nothing is asked, so what it says does not matter
                }
                int status = child.exitStatus();
                if (status == 0 && Files.exists(draft)) {
                    DurableFiles.rename(draft, file());
                } else {
                    LOG.log(Level.DEBUG, "no class archive: status {0}, {1}", status, child.lastWords());
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "no class archive: {0}", e.getMessage());
        }
    }

    private synchronized boolean isMaker(ChildProcess child) {
        maker = closed ? null : child;
        return !closed;
    }

    /** Ends what makes the archive; it is made at the next start. */
    @Override
    public synchronized void close() {
        closed = true;
        if (maker != null) {
            maker.close();
        }
    }

    private void deleteOthers() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    private static void pack(Path folder, Path jar) throws IOException {
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                if (file.toString().endsWith(".class")) {
                    entries.putNextEntry(new JarEntry(folder.relativize(file).toString()));
                    Files.copy(file, entries);
                    entries.closeEntry();
                }
            }
        }
    }
}
