package io.fleetfit.cost;

/**
 * A median latency that was measured.
 *
 * @param placement where and how
 * @param device which device; the median over devices of a class is taken where it matters
 * @param graph name of the graph, the same wherever it ran
 * @param work what the graph does
 * @param openShapes whether the work is an estimate since the graph has open dimensions
 * @param millis median latency in milliseconds, above 0
 */
public record Observation(
        Placement placement, String device, String graph, Workload work, boolean openShapes, double millis) {
    public Observation {
        if (!(millis > 0) || Double.isInfinite(millis)) {
            throw new IllegalArgumentException("millis must be above 0, got " + millis);
        }
    }
}
