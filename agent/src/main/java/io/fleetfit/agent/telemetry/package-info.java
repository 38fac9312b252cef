/** What inferences and the board did, gathered without locks and handed out window by window. */
@NullMarked
package io.fleetfit.agent.telemetry;

import org.jspecify.annotations.NullMarked;
