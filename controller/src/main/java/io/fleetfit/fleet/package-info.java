/** Devices, what they shall run and what they say they run. Pure. */
@NullMarked
package io.fleetfit.fleet;

import org.jspecify.annotations.NullMarked;
