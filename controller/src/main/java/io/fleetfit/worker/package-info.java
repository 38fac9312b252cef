/** Adapter: handles model files of strangers in child processes with limits of memory and time. */
@NullMarked
package io.fleetfit.worker;

import org.jspecify.annotations.NullMarked;
