/** What a variant costs on a device, with uncertainty and source. Pure. */
@NullMarked
package io.fleetfit.cost;

import org.jspecify.annotations.NullMarked;
