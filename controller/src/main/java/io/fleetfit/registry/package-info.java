/** Models, versions, variants, what they cost and how good they are. Pure: no I/O but through its ports. */
@NullMarked
package io.fleetfit.registry;

import org.jspecify.annotations.NullMarked;
