package io.fleetfit.fleet;

import io.fleetfit.registry.VariantRef;
import java.util.List;

/** Port: which variants devices refused. One a device and variant, the newest. */
public interface RefusalStore {
    /** Notes a refusal; one of a variant or device that is gone is dropped. */
    void put(DeviceRefusal refusal);

    /** The device runs the variant now: what it said before no longer holds. */
    void remove(String deviceId, VariantRef variant);

    /** All of a version, by all devices. */
    List<DeviceRefusal> ofVersion(String model, String version);

    /** All of a version by one device. */
    List<DeviceRefusal> of(String deviceId, String model, String version);
}
