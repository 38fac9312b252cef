package io.fleetfit.agent.app;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.agent.probe.CapabilityProbe;
import io.fleetfit.protocol.Topics;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Makes an {@link AgentConfig} of file, environment and flags, or says everything that is wrong with them. */
public final class ConfigReader {
    private static final List<String> KEYS = List.of(
            "controller",
            "enrolment-token",
            "device-id",
            "data-dir",
            "broker",
            "tls.trusted-certificates",
            "api.host",
            "api.port",
            "storage.quota",
            "link.metered",
            "probe.mode",
            "probe.delay",
            "qualification.isolation",
            "qualification.timeout",
            "telemetry.interval",
            "report.interval");
    private static final String DEFAULT_FILE = "/etc/fleetfit/agent.yaml";
    private static final Set<String> LOOPBACK = Set.of("127.0.0.1", "localhost", "::1", "[::1]");

    /** As long as the slowest boards need for the largest models. */
    private static final Duration TRIAL_TIMEOUT = Duration.ofMinutes(2);

    private static final Duration PROBE_DELAY = Duration.ofSeconds(30);

    private ConfigReader() {}

    /** The keys that variables and flags may set. */
    static List<String> keys() {
        return KEYS;
    }

    /**
     * Reads the configuration. The file is that of {@code --config}, else of {@code FLEETFIT_AGENT_CONFIG}, else
     * {@code /etc/fleetfit/agent.yaml} if it is there.
     *
     * @throws ConfigProblems with all problems
     */
    public static AgentConfig read(List<String> arguments, Map<String, String> environment) throws ConfigProblems {
        ConfigSources sources = new ConfigSources();
        List<String> flags = new ArrayList<>(arguments);
        Path file = takeConfigFlag(flags, environment);
        if (file != null) {
            sources.file(file);
        }
        sources.environment(environment, KEYS);
        sources.flags(flags);
        ConfigValues values = new ConfigValues(sources.values, sources.origins);
        values.requireKnown(new TreeSet<>(KEYS));
        AgentConfig config = build(values, sources);
        List<String> problems = new ArrayList<>(sources.problems);
        problems.addAll(CapabilityProbe.problems(config.declared()));
        problems.addAll(values.problems());
        if (!problems.isEmpty()) {
            throw new ConfigProblems(problems);
        }
        return config;
    }

    private static @Nullable Path takeConfigFlag(List<String> flags, Map<String, String> environment) {
        for (int i = 0; i < flags.size(); i++) {
            if (flags.get(i).equals("--config") && i + 1 < flags.size()) {
                String file = flags.get(i + 1);
                flags.subList(i, i + 2).clear();
                return Path.of(file);
            }
            if (flags.get(i).startsWith("--config=")) {
                return Path.of(flags.remove(i).substring("--config=".length()));
            }
        }
        String variable = environment.get("FLEETFIT_AGENT_CONFIG");
        if (variable != null) {
            return Path.of(variable);
        }
        Path standard = Path.of(DEFAULT_FILE);
        return Files.exists(standard) ? standard : null;
    }

    private static AgentConfig build(ConfigValues values, ConfigSources sources) {
        URI controller = values.uri("controller", Set.of("http", "https"));
        if (controller == null && values.text("controller") == null) {
            values.problem(
                    "controller", null, "is missing; give the controller's URL, as http://fleetfit.example:8080");
        }
        Path dataDir = values.path("data-dir");
        if (dataDir == null && values.text("data-dir") == null) {
            values.problem(
                    "data-dir", null, "is missing; give a folder that the agent may write, as /var/lib/fleetfit");
        }
        String deviceId = values.text("device-id");
        if (deviceId != null && !Topics.isDeviceId(deviceId)) {
            values.problem("device-id", deviceId, "must be 1 to 64 of letters, digits, '.', '_', '-'");
        }
        String host = values.text("api.host", "127.0.0.1");
        if (!LOOPBACK.contains(host)) {
            values.problem(
                    "api.host", host, "the local API has no access control and stays on loopback: 127.0.0.1 or ::1");
        }
        return new AgentConfig(
                new AgentConfig.ControllerAccess(
                        controller == null ? URI.create("http://invalid") : controller,
                        values.text("enrolment-token"),
                        values.uri("broker", Set.of("mqtt", "mqtts", "tcp", "ssl")),
                        values.path("tls.trusted-certificates")),
                deviceId,
                dataDir == null ? Path.of("invalid") : dataDir.toAbsolutePath(),
                new AgentConfig.LocalApi(host, values.number("api.port", 8081, 0, 65_535)),
                new AgentConfig.ModelStorage(
                        values.size("storage.quota", Long.MAX_VALUE), values.flag("link.metered", false)),
                new AgentConfig.Trials(isolated(values), values.duration("qualification.timeout", TRIAL_TIMEOUT)),
                new AgentConfig.ProbeWish(probes(values, sources), values.duration("probe.delay", PROBE_DELAY)),
                values.duration("telemetry.interval", Duration.ofSeconds(60)),
                values.duration("report.interval", Duration.ofSeconds(2)),
                declared(sources.trees.get("declared"), values),
                watch(sources.trees.get("watch"), values));
    }

    /** A machine that stands for another is not measured unless it is asked for: its rates are not those of the other. */
    private static boolean probes(ConfigValues values, ConfigSources sources) {
        String mode = values.text("probe.mode", "auto");
        return switch (mode) {
            case "always" -> true;
            case "never" -> false;
            case "auto" -> sources.trees.get("declared") == null;
            default -> {
                values.problem(
                        "probe.mode", mode, "must be auto (not where capabilities are declared), always or never");
                yield false;
            }
        };
    }

    private static boolean isolated(ConfigValues values) {
        String isolation = values.text("qualification.isolation", "process");
        if (!isolation.equals("process") && !isolation.equals("none")) {
            values.problem(
                    "qualification.isolation",
                    isolation,
                    "must be process (variants are tried in a process of their own) or none (in the agent itself)");
        }
        return !isolation.equals("none");
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> declared(@Nullable JsonNode tree, ConfigValues values) {
        if (tree == null || tree.isNull()) {
            return Map.of();
        }
        if (!tree.isObject()) {
            values.problem("declared", tree.toString(), "must be written as key: value");
            return Map.of();
        }
        return new LinkedHashMap<>(new ObjectMapper().convertValue(tree, Map.class));
    }

    private static List<AgentConfig.Watch> watch(@Nullable JsonNode tree, ConfigValues values) {
        List<AgentConfig.Watch> folders = new ArrayList<>();
        if (tree == null || tree.isNull()) {
            return folders;
        }
        for (JsonNode entry : tree) {
            if (entry.hasNonNull("folder") && entry.hasNonNull("model") && entry.hasNonNull("output")) {
                folders.add(new AgentConfig.Watch(
                        Path.of(entry.get("folder").asText()),
                        entry.get("model").asText(),
                        Path.of(entry.get("output").asText())));
            } else {
                values.problem("watch", entry.toString(), "each entry needs folder, model and output");
            }
        }
        return folders;
    }
}
