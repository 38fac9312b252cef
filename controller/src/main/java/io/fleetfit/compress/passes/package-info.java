/** The passes of recipes. */
@NullMarked
package io.fleetfit.compress.passes;

import org.jspecify.annotations.NullMarked;
