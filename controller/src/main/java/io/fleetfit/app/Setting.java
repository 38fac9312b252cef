package io.fleetfit.app;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The settings of the controller, with their defaults. */
enum Setting {
    DATA_DIR("data-dir", "fleetfit-data", "folder of database, blobs and keys"),
    HTTP_HOST("http.host", "127.0.0.1", "address of the API"),
    HTTP_PORT("http.port", "8080", "port of the API; 0 takes a free one"),
    HTTP_CERTIFICATE("http.certificate", "", "PEM file of the API's certificate"),
    HTTP_KEY("http.key", "", "PEM file of the certificate's key"),
    MQTT_HOST("mqtt.host", "127.0.0.1", "address of the embedded broker"),
    MQTT_PORT("mqtt.port", "1883", "port of the embedded broker; 0 takes a free one"),
    MQTT_CERTIFICATE("mqtt.certificate", "", "PEM file of the broker's certificate"),
    MQTT_KEY("mqtt.key", "", "PEM file of the certificate's key"),
    MQTT_PUBLIC_URL("mqtt.public-url", "", "URL of the broker as devices reach it"),
    MQTT_EXTERNAL_URL("mqtt.external-url", "", "an MQTT 5 broker to use instead of the embedded one"),
    MQTT_USERNAME("mqtt.username", "", "account at the external broker"),
    MQTT_PASSWORD("mqtt.password", "", "password at the external broker"),
    ALLOW_PLAIN("allow-plain", "false", "listen beyond loopback without TLS"),
    DATABASE_URL("database.url", "", "JDBC URL; H2 in the data folder unless set"),
    DATABASE_USER("database.user", "", "account at the database"),
    DATABASE_PASSWORD("database.password", "", "password at the database"),
    JOBS("jobs.parallel", "1", "model checks and recipes at once"),
    JOB_MEMORY("jobs.memory-bytes", "0", "most memory of one; 0 is half of the machine's, at most 8 GiB"),
    JOB_TIMEOUT("jobs.timeout-seconds", "300", "most time of a child process that shows no progress"),
    CHUNK_RATE("chunks.bytes-per-second", "0", "most bytes of model files a second; 0 is no bound"),
    PROBATION("rollout.probation-seconds", "30", "time in which a device may fall back by itself"),
    PATIENCE("rollout.patience-minutes", "60", "time that a device may take for an update"),
    PROMETHEUS("rollout.prometheus-url", "", "address of a Prometheus, for gates that ask a query"),
    RETENTION("telemetry.retention-days", "30", "time that telemetry is kept"),
    GRACE("blobs.grace-hours", "24", "time that files which nothing names are kept");

    private final String key;
    private final String standard;
    private final String help;

    Setting(String key, String standard, String help) {
        this.key = key;
        this.standard = standard;
        this.help = help;
    }

    /** As it stands in the file, and with {@code --} before it as a flag. */
    String key() {
        return key;
    }

    /** Its value when nobody sets it. */
    String standard() {
        return standard;
    }

    /** One line for people. */
    String help() {
        return help;
    }

    /** Its environment variable. */
    String variable() {
        return "FLEETFIT_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    static Optional<Setting> ofKey(String key) {
        return Arrays.stream(values())
                .filter(setting -> setting.key.equals(key))
                .findFirst();
    }
}
