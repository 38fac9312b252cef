/** Child processes with limits of memory and time that end with the agent. */
@NullMarked
package io.fleetfit.agent.isolate;

import org.jspecify.annotations.NullMarked;
