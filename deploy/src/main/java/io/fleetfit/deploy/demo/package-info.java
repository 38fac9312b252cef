/** The demo: one controller, three emulated devices, one real model, one table. */
@NullMarked
package io.fleetfit.deploy.demo;

import org.jspecify.annotations.NullMarked;
