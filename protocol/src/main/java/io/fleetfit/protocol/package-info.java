@NullMarked
package io.fleetfit.protocol;

import org.jspecify.annotations.NullMarked;
