package io.fleetfit.rollout.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import org.jspecify.annotations.Nullable;

/**
 * One condition that every wave must meet. All but {@code QUERY} judge each device of the wave good or bad by what it did
 * and measured, and then test whether more devices are bad than tolerated.
 *
 * @param kind what is looked at
 * @param tolerated share of bad devices that is no fault, 0 to below 1; absent is the kind's own
 * @param minSamples devices that must have been judged before the gate can pass; absent is 10
 * @param limit what makes a device bad, in the unit of the kind; absent is the kind's own
 * @param minInferences inferences that a device must have made before it is judged; absent is 50
 * @param after how long a device may be silent ({@code SILENCE}); absent is three minutes
 * @param query PromQL whose answer is one number ({@code QUERY})
 */
public record GateRule(
        Kind kind,
        @Nullable Double tolerated,
        @Nullable Integer minSamples,
        @Nullable Double limit,
        @Nullable Integer minInferences,
        @Nullable Span after,
        @Nullable String query) {
    private static final int DEFAULT_SAMPLES = 10;
    private static final int DEFAULT_INFERENCES = 50;

    /** What a gate looks at. */
    public enum Kind {
        /** Devices whose update ended in a failure. */
        FAILURES(0.05, 0),
        /** Devices that fell silent after the activation, against those that do so without an update. */
        SILENCE(0.02, 0),
        /** Devices whose p95 latency is above the policy, or above {@code limit} times that of the old version. */
        LATENCY(0.10, 1.25),
        /** Devices with a share of failed inferences above {@code limit} and above what the old version has. */
        ERRORS(0.05, 0.01),
        /** Devices whose distribution of answers moved: population stability index above {@code limit}. */
        DRIFT(0.10, 0.2),
        /** Devices whose agent takes more than {@code limit} times the memory that it took on the old version. */
        MEMORY(0.10, 1.5),
        /** Devices hotter than {@code limit} degrees Celsius. */
        TEMPERATURE(0.10, 85),
        /** A query of Prometheus whose value must not be above {@code limit}. */
        QUERY(0, 0);

        private final double tolerated;
        private final double limit;

        Kind(double tolerated, double limit) {
            this.tolerated = tolerated;
            this.limit = limit;
        }

        /** The kind of that name, in capitals or not; throws {@link IllegalArgumentException} that names all. */
        @JsonCreator
        public static Kind parse(String name) {
            return Words.parse(Kind.class, "gate", name);
        }
    }

    /** The gate of that kind with its defaults. */
    public static GateRule of(Kind kind) {
        return new GateRule(kind, null, null, null, null, null, null);
    }

    /** The same with a share of bad devices and a least number of devices. */
    public GateRule tolerating(double share, int samples) {
        return new GateRule(kind, share, samples, limit, minInferences, after, query);
    }

    /** Share of bad devices that is no fault. */
    public double toleratedShare() {
        return tolerated == null ? kind.tolerated : tolerated;
    }

    /** Devices that must have been judged before the gate can pass. */
    public int leastSamples() {
        return minSamples == null ? DEFAULT_SAMPLES : minSamples;
    }

    /** What makes a device bad. */
    public double bound() {
        return limit == null ? kind.limit : limit;
    }

    /** Inferences that a device must have made before it is judged. */
    public int leastInferences() {
        return minInferences == null ? DEFAULT_INFERENCES : minInferences;
    }

    /** How long a device may be silent. */
    public Span silence() {
        return after == null ? Span.minutes(3) : after;
    }

    /** Whether devices are judged by their telemetry. */
    public boolean needsTelemetry() {
        return switch (kind) {
            case LATENCY, ERRORS, DRIFT, MEMORY, TEMPERATURE -> true;
            case FAILURES, SILENCE, QUERY -> false;
        };
    }
}
