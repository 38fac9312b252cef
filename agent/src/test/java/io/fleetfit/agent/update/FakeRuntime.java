package io.fleetfit.agent.update;

import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Serves by name; fails as told; never accepts a file with other bytes than the manifest's. */
public final class FakeRuntime implements VariantRuntime {
    public final Map<String, String> serving = new java.util.concurrent.ConcurrentHashMap<>();
    final Set<String> failTrial = new HashSet<>();
    final Set<String> failActivate = new HashSet<>();
    final Set<String> killOnActivate = new HashSet<>();
    final Set<String> killOnTrial = new HashSet<>();

    /** Latencies of what serves. */
    LatencySketch latencies = LatencySketch.empty();

    /** Stands for {@code kill -9}: nothing of the agent runs after it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    @Override
    public Qualification trial(VariantManifest manifest, ExecutionSettings settings, Budget budget, Path file)
            throws UpdateFailure {
        requireBytes(manifest, file);
        if (killOnTrial.contains(manifest.variant())) {
            throw new Killed();
        }
        if (failTrial.contains(manifest.variant())) {
            throw UpdateFailure.of(ErrorCode.RUNTIME_TRIAL, "told to fail");
        }
        return new Qualification(
                Qualification.Outcome.PASSED, settings.provider(), 1, 20, 1.0, 1.5, 2.5, 1000L, 0.0, 0.0, 10);
    }

    @Override
    public void activate(String slot, VariantManifest manifest, ExecutionSettings settings, Path file)
            throws UpdateFailure {
        requireBytes(manifest, file);
        if (killOnActivate.contains(manifest.variant())) {
            throw new Killed();
        }
        if (failActivate.contains(manifest.variant())) {
            throw UpdateFailure.of(ErrorCode.RUNTIME_LOAD, "told to fail");
        }
        serving.put(slot, manifest.variant());
    }

    @Override
    public void clear(String slot) {
        serving.remove(slot);
    }

    @Override
    public LatencySketch latencies(String slot) {
        return latencies;
    }

    @Override
    public void discardStandby() {}

    private static void requireBytes(VariantManifest manifest, Path file) {
        try {
            if (!Digest.of(Files.readAllBytes(file)).equals(manifest.blob())) {
                throw new AssertionError("an unverified file reached the runtime: " + file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
