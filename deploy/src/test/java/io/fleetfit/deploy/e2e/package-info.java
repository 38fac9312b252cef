/** Controllers and agents as real processes, and what they do when things go wrong. */
@NullMarked
package io.fleetfit.deploy.e2e;

import org.jspecify.annotations.NullMarked;
