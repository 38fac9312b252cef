@NullMarked
package io.fleetfit.deploy;

import org.jspecify.annotations.NullMarked;
