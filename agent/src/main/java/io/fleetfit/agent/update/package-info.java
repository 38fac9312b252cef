/** Brings variants from an assignment to service, a journalled step at a time, and takes them back when they fail. */
@NullMarked
package io.fleetfit.agent.update;

import org.jspecify.annotations.NullMarked;
