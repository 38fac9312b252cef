/** Adapter: talks with devices over MQTT. */
@NullMarked
package io.fleetfit.mqtt;

import org.jspecify.annotations.NullMarked;
