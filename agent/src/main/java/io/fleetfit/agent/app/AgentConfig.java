package io.fleetfit.agent.app;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the agent was told.
 *
 * @param controller where the controller is
 * @param deviceId wished name of the device; absent lets the controller choose
 * @param dataDir folder of everything that the agent keeps
 * @param api the local API
 * @param models how models are kept and fetched
 * @param trials how variants are tried before they serve
 * @param probe whether and when the board is measured
 * @param telemetryInterval length of a telemetry window
 * @param reportInterval how often the progress of a download is reported; changes of state are reported at once
 * @param declared capabilities that replace those read off the machine, by their configured names
 * @param watch folders whose files are inferred
 */
public record AgentConfig(
        ControllerAccess controller,
        @Nullable String deviceId,
        Path dataDir,
        LocalApi api,
        ModelStorage models,
        Trials trials,
        ProbeWish probe,
        Duration telemetryInterval,
        Duration reportInterval,
        Map<String, Object> declared,
        List<Watch> watch) {

    /**
     * Where the controller is.
     *
     * @param url of its HTTP API
     * @param enrolmentToken one-time token; needed until the device is enrolled
     * @param broker address of the broker in place of the one that the controller names at enrolment
     * @param trustedCertificates PEM file to trust in place of the platform's certificates
     */
    public record ControllerAccess(
            URI url,
            @Nullable String enrolmentToken,
            @Nullable URI broker,
            @Nullable Path trustedCertificates) {
        /** Without the token. */
        @Override
        public String toString() {
            return "ControllerAccess[" + url + "]";
        }
    }

    /** Address of the local API; port 0 takes a free one. */
    public record LocalApi(String host, int port) {}

    /**
     * How models are kept and fetched.
     *
     * @param quotaBytes of all model files; {@link Long#MAX_VALUE} is none
     * @param metered whether the link costs by the byte
     */
    public record ModelStorage(long quotaBytes, boolean metered) {}

    /**
     * How variants are tried before they serve.
     *
     * @param isolated whether in a process of their own
     * @param timeout after which a run is stopped
     */
    public record Trials(boolean isolated, Duration timeout) {}

    /**
     * Whether and when the board is measured.
     *
     * @param enabled whether at all
     * @param delay from the start of the agent to the first run
     */
    public record ProbeWish(boolean enabled, Duration delay) {}

    /**
     * A folder whose files are inferred.
     *
     * @param folder to watch
     * @param model to ask
     * @param output file that gets a JSON line for each result
     */
    public record Watch(Path folder, String model, Path output) {}

    public AgentConfig {
        declared = Map.copyOf(declared);
        watch = List.copyOf(watch);
    }
}
