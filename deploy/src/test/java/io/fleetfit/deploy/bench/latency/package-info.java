/** Tests of the judge of the cost model. */
@NullMarked
package io.fleetfit.deploy.bench.latency;

import org.jspecify.annotations.NullMarked;
