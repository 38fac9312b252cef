package io.fleetfit.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the configuration: flags before environment before file before defaults. Finds every problem in one go. */
final class ConfigReader {
    private static final int MAX_PORT = 65_535;
    private static final Set<String> OTHER_VARIABLES =
            Set.of("FLEETFIT_URL", "FLEETFIT_TOKEN", "FLEETFIT_JAVA_OPTS", "FLEETFIT_CONFIG");

    private final Map<Setting, String> values = new EnumMap<>(Setting.class);
    private final List<String> problems = new ArrayList<>();

    private ConfigReader() {}

    /**
     * Reads it.
     *
     * @param file YAML; absent is none
     * @param environment variables of the process
     * @param flags values by setting
     * @throws ConfigProblems that names everything that is wrong
     */
    static Config read(@Nullable Path file, Map<String, String> environment, Map<Setting, String> flags)
            throws ConfigProblems {
        ConfigReader reader = new ConfigReader();
        if (file != null) {
            reader.readFile(file);
        }
        reader.readEnvironment(environment);
        reader.values.putAll(flags);
        Config config = reader.config();
        if (!reader.problems.isEmpty()) {
            throw new ConfigProblems(reader.problems);
        }
        return config;
    }

    private void readFile(Path file) {
        try {
            JsonNode tree = new YAMLMapper().readTree(Files.readAllBytes(file));
            if (tree != null && tree.isObject()) {
                flatten("", tree, file);
            } else if (tree != null && !tree.isMissingNode() && !tree.isNull()) {
                problems.add(file + ": holds no keys and values; write lines such as 'data-dir: /var/lib/fleetfit'");
            }
        } catch (JsonProcessingException e) {
            problems.add(file + ": is not YAML: " + e.getOriginalMessage());
        } catch (IOException e) {
            problems.add(file + ": cannot be read; check the path and its permissions");
        }
    }

    private void flatten(String prefix, JsonNode tree, Path file) {
        tree.properties().forEach(entry -> {
            String key = prefix + entry.getKey();
            Optional<Setting> setting = Setting.ofKey(key);
            if (setting.isPresent() && entry.getValue().isValueNode()) {
                values.put(setting.get(), entry.getValue().asText());
            } else if (entry.getValue().isObject() && setting.isEmpty()) {
                flatten(key + ".", entry.getValue(), file);
            } else {
                problems.add(file + ": there is no setting '" + key + "'; did you mean '" + nearest(key) + "'?");
            }
        });
    }

    private void readEnvironment(Map<String, String> environment) {
        environment.forEach((variable, value) -> {
            if (variable.startsWith("FLEETFIT_")
                    && !variable.startsWith("FLEETFIT_AGENT_")
                    && !OTHER_VARIABLES.contains(variable)) {
                Optional<Setting> setting = Arrays.stream(Setting.values())
                        .filter(known -> known.variable().equals(variable))
                        .findFirst();
                if (setting.isPresent()) {
                    values.put(setting.get(), value);
                } else {
                    problems.add("environment variable " + variable + " is not known; did you mean "
                            + nearestVariable(variable) + "?");
                }
            }
        });
    }

    private static String nearest(String key) {
        return Arrays.stream(Setting.values())
                .map(Setting::key)
                .min(Comparator.comparingInt(known -> distance(known, key)))
                .orElse("");
    }

    private static String nearestVariable(String variable) {
        return Arrays.stream(Setting.values())
                .map(Setting::variable)
                .min(Comparator.comparingInt(known -> distance(known, variable)))
                .orElse("");
    }

    /** Levenshtein distance (Soviet Physics Doklady 10, 1966). */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int change = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above, row[j - 1]) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }

    private Config config() {
        Config.Listener http =
                listener(Setting.HTTP_HOST, Setting.HTTP_PORT, Setting.HTTP_CERTIFICATE, Setting.HTTP_KEY);
        Config.Listener mqtt =
                listener(Setting.MQTT_HOST, Setting.MQTT_PORT, Setting.MQTT_CERTIFICATE, Setting.MQTT_KEY);
        boolean plain = flag(Setting.ALLOW_PLAIN);
        requireSafe(http, Setting.HTTP_HOST, Setting.HTTP_CERTIFICATE, plain);
        if (optional(Setting.MQTT_EXTERNAL_URL) == null) {
            requireSafe(mqtt, Setting.MQTT_HOST, Setting.MQTT_CERTIFICATE, plain);
        }
        return new Config(
                Path.of(text(Setting.DATA_DIR)).toAbsolutePath(),
                http,
                new Config.Mqtt(
                        mqtt,
                        url(Setting.MQTT_PUBLIC_URL),
                        url(Setting.MQTT_EXTERNAL_URL),
                        optional(Setting.MQTT_USERNAME),
                        optional(Setting.MQTT_PASSWORD)),
                new Config.DatabaseConfig(
                        database(), optional(Setting.DATABASE_USER), optional(Setting.DATABASE_PASSWORD)),
                new Config.Limits(
                        (int) number(Setting.JOBS, 1, 64),
                        number(Setting.JOB_MEMORY, 0, Long.MAX_VALUE),
                        Duration.ofSeconds(number(Setting.JOB_TIMEOUT, 1, 86_400)),
                        number(Setting.CHUNK_RATE, 0, Long.MAX_VALUE / 1_000_000_000),
                        Duration.ofSeconds(number(Setting.PROBATION, 0, 86_400)),
                        Duration.ofMinutes(number(Setting.PATIENCE, 1, 525_600)),
                        Duration.ofDays(number(Setting.RETENTION, 1, 3_650)),
                        Duration.ofHours(number(Setting.GRACE, 0, 8_760))),
                prometheus());
    }

    private @Nullable URI prometheus() {
        String value = optional(Setting.PROMETHEUS);
        if (value != null) {
            try {
                URI url = URI.create(value);
                if (("http".equals(url.getScheme()) || "https".equals(url.getScheme())) && url.getHost() != null) {
                    return url;
                }
            } catch (IllegalArgumentException e) {
                // Said below.
            }
            problems.add(Setting.PROMETHEUS.key() + " = " + value + " is no URL; write http://host:9090");
        }
        return null;
    }

    private Config.Listener listener(Setting host, Setting port, Setting certificate, Setting key) {
        Path certificateFile = file(certificate);
        Path keyFile = file(key);
        if ((certificateFile == null) != (keyFile == null)) {
            problems.add(certificate.key() + " and " + key.key() + " belong together; set both or none");
        }
        return new Config.Listener(text(host), (int) number(port, 0, MAX_PORT), certificateFile, keyFile);
    }

    private void requireSafe(Config.Listener listener, Setting host, Setting certificate, boolean plain) {
        if (!listener.isTls() && !plain && !isLoopback(listener.host())) {
            problems.add(host.key() + " = " + listener.host() + " is reachable from elsewhere and has no TLS; set "
                    + certificate.key() + " and its key, or " + Setting.ALLOW_PLAIN.key()
                    + " if a proxy or a closed network protects it");
        }
    }

    private boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            problems.add("the host " + host + " is not known; use an address of this machine");
            return true;
        }
    }

    private String text(Setting setting) {
        return values.getOrDefault(setting, setting.standard()).trim();
    }

    private @Nullable String optional(Setting setting) {
        String value = text(setting);
        return value.isEmpty() ? null : value;
    }

    private @Nullable Path file(Setting setting) {
        String value = optional(setting);
        if (value == null) {
            return null;
        }
        Path file = Path.of(value);
        if (!Files.isReadable(file)) {
            problems.add(setting.key() + " = " + value + " cannot be read; check the path and its permissions");
        }
        return file;
    }

    private long number(Setting setting, long least, long most) {
        String value = text(setting);
        try {
            long number = Long.parseLong(value);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            // Said below.
        }
        problems.add(
                setting.key() + " = " + value + " is not possible; use a whole number from " + least + " to " + most);
        return least;
    }

    private boolean flag(Setting setting) {
        String value = text(setting);
        if (!value.equals("true") && !value.equals("false")) {
            problems.add(setting.key() + " = " + value + " is not possible; use true or false");
        }
        return value.equals("true");
    }

    private @Nullable String url(Setting setting) {
        String value = optional(setting);
        if (value != null) {
            try {
                URI url = URI.create(value);
                if (("mqtt".equals(url.getScheme()) || "mqtts".equals(url.getScheme())) && url.getHost() != null) {
                    return value;
                }
            } catch (IllegalArgumentException e) {
                // Said below.
            }
            problems.add(setting.key() + " = " + value
                    + " is no URL of a broker; write mqtt://host:1883 or mqtts://host:8883");
        }
        return value;
    }

    private @Nullable String database() {
        String value = optional(Setting.DATABASE_URL);
        if (value != null && !value.startsWith("jdbc:postgresql:") && !value.startsWith("jdbc:h2:")) {
            problems.add(Setting.DATABASE_URL.key() + " = " + value
                    + " is of no known kind; write jdbc:postgresql://host/database or jdbc:h2:file:/path");
        }
        return value;
    }
}
