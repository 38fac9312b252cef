/** How pictures become tensors, the same on devices and in the controller. Needs the JDK's {@code java.desktop}. */
@NullMarked
package io.fleetfit.protocol.picture;

import org.jspecify.annotations.NullMarked;
