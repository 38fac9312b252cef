package io.fleetfit.deploy.process;

import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The unpacked distributions that the build leaves in its output folder.
 *
 * @param target the build's output folder of this module
 */
public record Distributions(Path target) {
    /** System property that names the build's output folder of this module. */
    public static final String PROPERTY = "fleetfit.deploy.target";

    /** Those of the system property {@link #PROPERTY}. */
    public static Distributions ofThisBuild() {
        String target = System.getProperty(PROPERTY);
        if (target == null) {
            throw new IllegalStateException("the system property " + PROPERTY + " is not set");
        }
        return new Distributions(Path.of(target).toAbsolutePath());
    }

    /** The command {@code fleetfit}. */
    public Path fleetfit() {
        return present(target.resolve("dist-controller/fleetfit/bin/fleetfit"));
    }

    /** The command {@code fleetfit-agent} for this machine. */
    public Path agent() {
        return present(agentHome().resolve("bin/fleetfit-agent"));
    }

    /** The agent's distribution for this machine. */
    public Path agentHome() {
        String arch = "aarch64".equals(System.getProperty("os.arch")) ? "aarch64" : "x64";
        return target.resolve("dist-agent-linux-" + arch + "/fleetfit-agent");
    }

    private static Path present(Path path) {
        if (!Files.isExecutable(path)) {
            throw new IllegalStateException(path + " is missing; build it with ./mvnw package -DskipTests");
        }
        return path;
    }
}
