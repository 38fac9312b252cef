@NullMarked
package io.fleetfit.agent;

import org.jspecify.annotations.NullMarked;
