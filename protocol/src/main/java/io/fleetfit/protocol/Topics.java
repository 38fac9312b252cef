package io.fleetfit.protocol;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The MQTT topics of protocol version 1.
 *
 * <p>Everything of one device lies below {@code ff/v1/d/{deviceId}/}, so that a broker can grant a device its own
 * subtree with one rule a direction. Shared chunks lie below {@code ff/v1/b/{digest}/}.
 */
public final class Topics {
    /** Prefix of all topics of this major version. */
    public static final String ROOT = "ff/v1";

    private static final String DEVICE = ROOT + "/d/";
    private static final String BLOB = ROOT + "/b/";
    private static final Pattern DEVICE_ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private Topics() {}

    /** Messages that a device publishes. */
    public enum Up {
        HELLO("hello"),
        REPORTED("reported"),
        CHUNK_REQUEST("chunk-request"),
        TELEMETRY("telemetry"),
        /** Presence, retained; also the last will. */
        PRESENCE("presence");

        private final String leaf;

        Up(String leaf) {
            this.leaf = leaf;
        }

        /** The last level of the topic. */
        public String leaf() {
            return leaf;
        }
    }

    /** Messages that the controller publishes to one device. */
    public enum Down {
        /** Desired state, retained, signed. */
        DESIRED("desired"),
        /** Chunks sent to this device alone. */
        CHUNK("chunk"),
        TELEMETRY_ACK("telemetry-ack");

        private final String leaf;

        Down(String leaf) {
            this.leaf = leaf;
        }

        /** The last level of the topic. */
        public String leaf() {
            return leaf;
        }
    }

    /** A parsed device topic: which device sent which kind of message. */
    public record Inbound(String deviceId, Up kind) {}

    /** Topic on which {@code deviceId} publishes {@code kind}. */
    public static String up(String deviceId, Up kind) {
        return DEVICE + requireDeviceId(deviceId) + "/" + kind.leaf;
    }

    /** Topic on which {@code deviceId} receives {@code kind}. */
    public static String down(String deviceId, Down kind) {
        return DEVICE + requireDeviceId(deviceId) + "/" + kind.leaf;
    }

    /** Topic on which the chunks of a blob are published once for all devices that wait for them. */
    public static String sharedChunks(Digest blob) {
        return BLOB + blob.hex() + "/chunk";
    }

    /** The filter under which a controller receives {@code kind} from every device. */
    public static String upFilter(Up kind) {
        return DEVICE + "+/" + kind.leaf;
    }

    /** Splits a topic that a device published on; empty when it is none. */
    public static Optional<Inbound> parseUp(String topic) {
        if (!topic.startsWith(DEVICE)) {
            return Optional.empty();
        }
        int slash = topic.indexOf('/', DEVICE.length());
        if (slash < 0) {
            return Optional.empty();
        }
        String deviceId = topic.substring(DEVICE.length(), slash);
        String leaf = topic.substring(slash + 1);
        for (Up kind : Up.values()) {
            if (kind.leaf.equals(leaf) && DEVICE_ID.matcher(deviceId).matches()) {
                return Optional.of(new Inbound(deviceId, kind));
            }
        }
        return Optional.empty();
    }

    /** Whether {@code deviceId} may stand in a topic: 1 to 64 of letters, digits, {@code . _ -}. */
    public static boolean isDeviceId(String deviceId) {
        return DEVICE_ID.matcher(deviceId).matches();
    }

    private static String requireDeviceId(String deviceId) {
        if (!isDeviceId(deviceId)) {
            throw new IllegalArgumentException(
                    "device id must be 1 to 64 of letters, digits, '.', '_', '-', got '" + deviceId + "'");
        }
        return deviceId;
    }
}
