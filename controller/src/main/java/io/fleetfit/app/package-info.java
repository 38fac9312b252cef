/** Wiring: configuration, start and stop of the controller. */
@NullMarked
package io.fleetfit.app;

import org.jspecify.annotations.NullMarked;
