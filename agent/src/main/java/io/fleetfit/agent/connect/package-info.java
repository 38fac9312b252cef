/** The agent's side of MQTT: one session with the broker, and what must outlive it. */
@NullMarked
package io.fleetfit.agent.connect;

import org.jspecify.annotations.NullMarked;
