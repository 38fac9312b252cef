/** What devices measured, stored once and summed up. Pure. */
@NullMarked
package io.fleetfit.telemetry;

import org.jspecify.annotations.NullMarked;
