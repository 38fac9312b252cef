/** Tries variants in a child process, so that none can hurt the agent or what serves. */
@NullMarked
package io.fleetfit.agent.qualify;

import org.jspecify.annotations.NullMarked;
