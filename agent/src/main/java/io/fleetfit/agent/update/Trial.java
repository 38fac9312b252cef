package io.fleetfit.agent.update;

/**
 * What the qualification of a variant on this device measured.
 *
 * @param runs timed runs
 * @param p50Millis median latency of one run, in milliseconds
 * @param p95Millis 95th percentile of it
 * @param memoryBytes growth of the process's resident memory by load and runs, in bytes; 0 where the system does not tell
 */
public record Trial(int runs, double p50Millis, double p95Millis, long memoryBytes) {}
