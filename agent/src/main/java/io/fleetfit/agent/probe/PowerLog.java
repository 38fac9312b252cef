package io.fleetfit.agent.probe;

import io.fleetfit.protocol.ProbeReport.PowerFigures;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Reads the power sensor while operators run, on a thread of its own. */
final class PowerLog implements AutoCloseable {
    private static final long EVERY_MILLIS = 200;

    private final PowerSensor sensor;
    private final Thread reader = new Thread(this::read, "fleetfit-power");
    private volatile boolean busy;
    private volatile boolean closed;
    private double sum;
    private int count;
    private PowerSensor.@Nullable Reading idle;

    PowerLog(PowerSensor sensor) {
        this.sensor = sensor;
        reader.setDaemon(true);
    }

    /** Takes the reading before the run, and begins. */
    void idle() {
        List<PowerSensor.Reading> readings = sensor.read();
        if (!readings.isEmpty()) {
            idle = readings.get(0);
            reader.start();
        }
    }

    /** Whether all processors are at work now. */
    void busy(boolean now) {
        busy = now;
    }

    private void read() {
        try {
            while (!closed) {
                TimeUnit.MILLISECONDS.sleep(EVERY_MILLIS);
                if (busy) {
                    sensor.read().forEach(reading -> add(reading.watts()));
                }
            }
        } catch (InterruptedException e) {
            // it is closed
        }
    }

    private synchronized void add(double watts) {
        sum += watts;
        count++;
    }

    /** What was read; null without a sensor. */
    synchronized @Nullable PowerFigures figures() {
        PowerSensor.Reading before = idle;
        return before == null
                ? null
                : new PowerFigures(before.source(), before.watts(), count == 0 ? null : sum / count);
    }

    @Override
    public void close() {
        closed = true;
        reader.interrupt();
    }
}
