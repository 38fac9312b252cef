/** The agent as a process: configuration, enrolment, wiring, start and stop. */
@NullMarked
package io.fleetfit.agent.app;

import org.jspecify.annotations.NullMarked;
