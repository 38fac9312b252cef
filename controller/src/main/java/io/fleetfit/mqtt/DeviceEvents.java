package io.fleetfit.mqtt;

import io.fleetfit.protocol.ReportedState;

/** Port: who follows what devices say. Called on worker threads, for one device in order. */
public interface DeviceEvents {
    /** The device connected and said what it is; the fleet knows it already. */
    void connected(String deviceId);

    /** The device reported; the report is stored already. */
    void reported(ReportedState reported);

    /** The device sent telemetry that was not there before; it is stored already. */
    void measured(String deviceId);
}
