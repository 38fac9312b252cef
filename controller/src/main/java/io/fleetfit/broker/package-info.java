/** Adapter: the embedded MQTT broker and the rights of devices on it. */
@NullMarked
package io.fleetfit.broker;

import org.jspecify.annotations.NullMarked;
