/** Starts controllers and agents from the distributions as processes of this machine, and talks to them as a user would. */
@NullMarked
package io.fleetfit.deploy.process;

import org.jspecify.annotations.NullMarked;
