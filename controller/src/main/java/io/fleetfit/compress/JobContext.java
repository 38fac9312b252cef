package io.fleetfit.compress;

import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What the work of a job may use. For several threads. */
public interface JobContext extends Jobs.Progress {
    /** Work that may be broken off, with all that it throws. */
    @FunctionalInterface
    interface Breakable<T> {
        /** Does it; ends soon with any exception when its thread is interrupted. */
        T run() throws ModelRefused, IOException;
    }

    /** Names the job. */
    String id();

    /** A folder of the job's own, kept over restarts of the controller and removed some time after the job ended. */
    Path folder();

    /** Keeps a blob from being collected until the job has ended. */
    void hold(Digest blob);

    /** Tells those who follow the event stream. */
    void emit(String topic, Map<String, ?> data);

    /**
     * Runs work whose thread is interrupted if the job is cancelled or the controller stops. No other code of a job is ever
     * interrupted: an interrupt in the middle of a write would close the database's file.
     *
     * @throws Jobs.Broken if the job was cancelled before or meanwhile, or the controller stops
     */
    <T> T breakable(Breakable<T> work) throws ModelRefused, IOException;

    /** Throws {@link Jobs.Broken} if the job was cancelled or the controller stops. */
    void checkpoint();
}
