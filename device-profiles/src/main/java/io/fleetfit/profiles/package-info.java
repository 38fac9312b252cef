@NullMarked
package io.fleetfit.profiles;

import org.jspecify.annotations.NullMarked;
