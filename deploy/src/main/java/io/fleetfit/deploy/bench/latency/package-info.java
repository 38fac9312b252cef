/** Judges the cost model on tables of published latencies: cross-validation that never sees what it predicts. */
@NullMarked
package io.fleetfit.deploy.bench.latency;

import org.jspecify.annotations.NullMarked;
