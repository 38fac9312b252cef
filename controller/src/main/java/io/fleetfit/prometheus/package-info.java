/** Adapter: asks a Prometheus for gates. */
@NullMarked
package io.fleetfit.prometheus;

import org.jspecify.annotations.NullMarked;
