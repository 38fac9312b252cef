package io.fleetfit.deploy.simulate;

import io.fleetfit.agent.update.Trial;
import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.agent.update.VariantRuntime;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Serves by name; refuses as told; takes no file with other bytes than the manifest's. */
final class SimRuntime implements VariantRuntime {
    private final Predicate<String> fails;
    final Map<String, String> serving = new TreeMap<>();

    /** @param fails whether a variant, by its full name, fails its trial on this device */
    SimRuntime(Predicate<String> fails) {
        this.fails = fails;
    }

    @Override
    public Trial trial(VariantManifest manifest, ExecutionSettings settings, Budget budget, Path file)
            throws UpdateFailure {
        requireBytes(manifest, file);
        if (fails.test(manifest.reference())) {
            throw UpdateFailure.of(ErrorCode.RUNTIME_TRIAL, "the variant does not run here");
        }
        return new Trial(20, 1.5, 2.5, 1_000);
    }

    @Override
    public void activate(String slot, VariantManifest manifest, ExecutionSettings settings, Path file) {
        requireBytes(manifest, file);
        serving.put(slot, manifest.reference());
    }

    @Override
    public void clear(String slot) {
        serving.remove(slot);
    }

    @Override
    public void discardStandby() {}

    private static void requireBytes(VariantManifest manifest, Path file) {
        try {
            if (!Digest.of(Files.readAllBytes(file)).equals(manifest.blob())) {
                throw new Violation("an unverified file came to serve " + manifest.reference() + ": " + file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
