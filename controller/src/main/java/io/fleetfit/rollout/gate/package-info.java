/** Gates: sequential tests that say whether a wave goes well, pure functions of what was seen. */
@NullMarked
package io.fleetfit.rollout.gate;

import org.jspecify.annotations.NullMarked;
