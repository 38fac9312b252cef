package io.fleetfit.agent.probe;

import java.util.function.Supplier;

/**
 * One thing that the micro-benchmark measures.
 *
 * @param operator kind of operator
 * @param precision of its numbers
 * @param unit of the rate
 * @param work that one run does, in units of 10^9 (multiply-accumulates, elements, bytes); for {@code us/node} the nodes
 * @param model the graph
 */
record ProbeCase(String operator, String precision, String unit, double work, Supplier<byte[]> model) {
    static final String PER_NODE = "us/node";

    /** The rate of a run that took so long. */
    double rate(double nanos) {
        return unit.equals(PER_NODE) ? nanos / 1e3 / work : work / (nanos / 1e9);
    }
}
