package io.fleetfit.cost;

import io.fleetfit.onnx.GraphSummary.OperatorClass;
import java.util.Map;

/**
 * The coefficients of the linear latency model for one profile.
 *
 * @param gmacsPerSecond effective 10⁹ multiply-accumulates a second in fp32, by operator class
 * @param int8Speedup factor by which full int8 computation is faster than fp32
 * @param memoryGigabytesPerSecond effective bandwidth for activations in 10⁹ bytes a second
 * @param layerMicros fixed cost of a layer in microseconds
 * @param relativeUncertainty half width of the 90 % interval over the prediction
 * @param reservedMemoryBytes memory that the system needs for itself
 */
public record DeviceRates(
        Map<OperatorClass, Double> gmacsPerSecond,
        double int8Speedup,
        double memoryGigabytesPerSecond,
        double layerMicros,
        double relativeUncertainty,
        long reservedMemoryBytes) {

    /** Port: the rates of a profile by its name. */
    @FunctionalInterface
    public interface Source {
        /**
         * Rates of the profile. A name that nobody knows gets cautious rates with a wide uncertainty, never none and
         * never an error: a device of an unknown class is an ordinary guest.
         */
        DeviceRates of(String profile);

        /** What decides how alike profiles are; a profile that nobody knows is alike to none. */
        default Traits traits(String profile) {
            return new Traits("of " + profile, 1);
        }
    }

    /**
     * What a profile shares with others.
     *
     * @param isaClass instruction set and the extension that decides how fast products are
     * @param cores threads that an operator takes if nothing else is set
     */
    public record Traits(String isaClass, int cores) {}

    public DeviceRates {
        gmacsPerSecond = Map.copyOf(gmacsPerSecond);
        requirePositive("int8Speedup", int8Speedup);
        requirePositive("memoryGigabytesPerSecond", memoryGigabytesPerSecond);
        gmacsPerSecond.forEach((operators, rate) -> requirePositive("gmacsPerSecond." + operators, rate));
        if (!(layerMicros >= 0) || !(relativeUncertainty >= 0)) {
            throw new IllegalArgumentException("layerMicros and relativeUncertainty must be 0 or more, got "
                    + layerMicros + " and " + relativeUncertainty);
        }
    }

    private static void requirePositive(String field, double value) {
        if (!(value > 0)) {
            throw new IllegalArgumentException(field + " must be above 0, got " + value);
        }
    }
}
