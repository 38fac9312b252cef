package io.fleetfit.mqtt;

/** Port: what the gateway counts. Called on hot paths; must not block. */
public interface GatewayMetrics {
    /** Counts nothing. */
    GatewayMetrics NONE = new GatewayMetrics() {
        @Override
        public void sent(boolean shared, int bytes) {
            // nobody asked
        }

        @Override
        public void joined() {
            // nobody asked
        }

        @Override
        public void message(String kind, Outcome outcome) {
            // nobody asked
        }
    };

    /** What became of a message from a device. */
    enum Outcome {
        ACCEPTED,
        /** Had been processed before. */
        REPEATED,
        /** Could not be read, or spoke for another device. */
        BAD,
        /** Too many were waiting; the device sends it again. */
        DROPPED,
        /** The controller failed. */
        FAILED
    }

    /** A part of a blob went to the broker. */
    void sent(boolean shared, int bytes);

    /** A request was answered by a part that others had asked for too. */
    void joined();

    /** A message of a device was handled; {@code kind} is the last level of its topic. */
    void message(String kind, Outcome outcome);
}
