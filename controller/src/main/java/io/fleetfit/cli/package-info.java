/** The command fleetfit: a client of the REST interface. */
@NullMarked
package io.fleetfit.cli;

import org.jspecify.annotations.NullMarked;
