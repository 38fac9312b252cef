/** Models at work: sessions with reused buffers, slots that swap without losing a request, trials of new variants. */
@NullMarked
package io.fleetfit.agent.runtime;

import org.jspecify.annotations.NullMarked;
