/** Blobs on the device: what is held, by digest and within a quota, and how a missing one comes, chunk by chunk. */
@NullMarked
package io.fleetfit.agent.artifact;

import org.jspecify.annotations.NullMarked;
