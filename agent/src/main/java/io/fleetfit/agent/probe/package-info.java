/** What this device is: read off the machine, or declared in its place. */
@NullMarked
package io.fleetfit.agent.probe;

import org.jspecify.annotations.NullMarked;
