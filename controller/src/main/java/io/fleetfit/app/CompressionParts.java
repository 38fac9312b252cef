package io.fleetfit.app;

import io.fleetfit.compress.Jobs;
import io.fleetfit.compress.ModelImports;
import io.fleetfit.compress.ModelWorkshop;
import io.fleetfit.compress.RecipeBook;
import io.fleetfit.compress.ReportStore;
import io.fleetfit.compress.Target;
import io.fleetfit.compress.VariantImports;
import io.fleetfit.compress.search.Compressions;
import io.fleetfit.compress.search.RegisteredSamples;
import io.fleetfit.compress.search.SampleChoices;
import io.fleetfit.compress.search.SearchTargets;
import io.fleetfit.http.Services;
import io.fleetfit.profiles.Profile;
import io.fleetfit.profiles.Profiles;
import io.fleetfit.registry.BlobStore;
import io.fleetfit.registry.DataSets;
import io.fleetfit.registry.ModelRegistry;
import io.fleetfit.store.Database;
import io.fleetfit.worker.MachineKernels;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.TreeMap;

/** Makes and connects what imports and searches need. */
final class CompressionParts {
    /** More child processes of one search than this only get in each other's way on the memory bus. */
    private static final int MOST_CHILDREN = 4;

    private CompressionParts() {}

    static Services.Compression of(
            Database database,
            ModelRegistry registry,
            BlobStore blobs,
            DataSets dataSets,
            ModelWorkshop workshop,
            Jobs jobs,
            Profiles profiles,
            Path folder,
            Clock clock) {
        RecipeBook recipes = new RecipeBook(database.recipeStore(), clock);
        ReportStore reports = database.reportStore();
        SampleChoices samples = new RegisteredSamples(dataSets, blobs);
        ModelImports.Parts parts = new ModelImports.Parts(registry, blobs, workshop, jobs, recipes, reports, samples);
        SearchTargets targets = new SearchTargets(kernels(profiles), MachineKernels.read());
        int children = Math.min(MOST_CHILDREN, Runtime.getRuntime().availableProcessors());
        return new Services.Compression(
                recipes,
                reports,
                new ModelImports(parts, folder, clock),
                new VariantImports(parts, clock),
                new Compressions(
                        new Compressions.Parts(registry, blobs, workshop, jobs, recipes, reports, samples, targets),
                        children));
    }

    /** What kernels the devices of each profile run. */
    static Map<String, Target> kernels(Profiles profiles) {
        Map<String, Target> kernels = new TreeMap<>();
        for (Profile profile : profiles.all()) {
            kernels.put(
                    profile.name(),
                    Target.forDevice(
                            profile.arch().value(),
                            profile.isaFeatures().value(),
                            profile.accelerators().value()));
        }
        return kernels;
    }
}
