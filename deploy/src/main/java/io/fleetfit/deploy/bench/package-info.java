/** Benches: each prints one JSON object as its last line. */
@NullMarked
package io.fleetfit.deploy.bench;

import org.jspecify.annotations.NullMarked;
