package io.fleetfit.agent.update;

import io.fleetfit.agent.artifact.ArtifactFailure;
import io.fleetfit.agent.artifact.ContentStore;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.LatencySketch;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.VariantManifest;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What the runtime serves now, in this process, and the only way to it: no file reaches the runtime whose digest was not
 * checked by this process. Not thread-safe.
 */
final class Serving {
    private final ContentStore store;
    private final VariantRuntime runtime;
    private final Map<String, Assignment> bySlot = new HashMap<>();
    private final Set<Digest> checked = new HashSet<>();

    Serving(ContentStore store, VariantRuntime runtime) {
        this.store = store;
        this.runtime = runtime;
    }

    Optional<Assignment> in(String slot) {
        return Optional.ofNullable(bySlot.get(slot));
    }

    boolean serves(String slot, Assignment assignment) {
        Assignment now = bySlot.get(slot);
        return now != null && Targets.sameVariant(now, assignment);
    }

    /** The file of a blob was checked right now. */
    void noteChecked(Digest blob) {
        checked.add(blob);
    }

    LatencySketch latencies(String slot) {
        return runtime.latencies(slot);
    }

    /** A trial comes soon. */
    void prepare() {
        runtime.prepare();
    }

    Qualification trial(Assignment assignment) throws UpdateFailure {
        VariantManifest manifest = Targets.manifest(assignment);
        Path file = file(manifest);
        try {
            return runtime.trial(manifest, assignment.settings(), assignment.budget(), file);
        } catch (RuntimeException | LinkageError e) {
            throw UpdateFailure.of(ErrorCode.RUNTIME_TRIAL, "the trial broke off: " + e, e);
        }
    }

    void activate(String slot, Assignment assignment) throws UpdateFailure {
        VariantManifest manifest = Targets.manifest(assignment);
        Path file = file(manifest);
        try {
            runtime.activate(slot, manifest, assignment.settings(), file);
            bySlot.put(slot, assignment);
        } catch (RuntimeException | LinkageError e) {
            throw UpdateFailure.of(ErrorCode.RUNTIME_LOAD, "the activation broke off: " + e, e);
        }
    }

    void clear(String slot) {
        runtime.clear(slot);
        bySlot.remove(slot);
    }

    void discardStandby() {
        runtime.discardStandby();
    }

    private Path file(VariantManifest manifest) throws UpdateFailure {
        try {
            Optional<Path> known = checked.contains(manifest.blob()) ? store.find(manifest.blob()) : Optional.empty();
            Path file = known.isPresent() ? known.get() : store.verify(manifest.blob());
            checked.add(manifest.blob());
            return file;
        } catch (ArtifactFailure e) {
            throw new UpdateFailure(e.error(), e);
        }
    }
}
