package io.fleetfit.agent.runtime;

import io.fleetfit.agent.telemetry.SlotRecorder;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.VariantManifest;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A loaded variant with a count of its users. It is closed when the last user lets go after it was retired: closing a
 * session of ONNX Runtime in which another thread runs would crash the process.
 */
public final class Served {
    private final String slot;
    private final VariantManifest manifest;
    private final ExecutionSettings settings;
    private final LoadedModel model;
    private final SlotRecorder recorder;
    private final AtomicInteger users = new AtomicInteger(1);

    Served(
            String slot,
            VariantManifest manifest,
            ExecutionSettings settings,
            LoadedModel model,
            SlotRecorder recorder) {
        this.slot = slot;
        this.manifest = manifest;
        this.settings = settings;
        this.model = model;
        this.recorder = recorder;
    }

    /** Name of the slot. */
    public String slot() {
        return slot;
    }

    /** Which variant. */
    public VariantManifest manifest() {
        return manifest;
    }

    /** The model itself. */
    public LoadedModel model() {
        return model;
    }

    /** Where its measurements go. */
    public SlotRecorder recorder() {
        return recorder;
    }

    boolean is(VariantManifest other, ExecutionSettings otherSettings) {
        return manifest.equals(other) && settings.equals(otherSettings);
    }

    /** Infers and records how long it took, or that it failed. */
    public void run(Frame frame) throws InferenceException {
        long begin = System.nanoTime();
        try {
            frame.run();
        } catch (InferenceException e) {
            recorder.failed();
            throw e;
        }
        recorder.completed(System.nanoTime() - begin);
    }

    /** Becomes a user; false when it was closed already. */
    boolean retain() {
        int count = users.get();
        while (count > 0) {
            if (users.compareAndSet(count, count + 1)) {
                return true;
            }
            count = users.get();
        }
        return false;
    }

    /** Stops being a user. */
    void release() {
        if (users.decrementAndGet() == 0) {
            recorder.retire();
            model.close();
        }
    }
}
