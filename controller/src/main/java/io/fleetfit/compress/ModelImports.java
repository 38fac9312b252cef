package io.fleetfit.compress;

import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.BlobStore;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.Model;
import io.fleetfit.registry.ModelRegistry;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns uploaded files into versions and variants: checks them, makes the variants of recipes, registers all or nothing. */
public final class ModelImports {
    private final ModelRegistry registry;
    private final BlobStore blobs;
    private final ModelWorkshop workshop;
    private final Jobs jobs;
    private final Path folder;
    private final Clock clock;

    /** @param folder for files in between */
    public ModelImports(
            ModelRegistry registry, BlobStore blobs, ModelWorkshop workshop, Jobs jobs, Path folder, Clock clock) {
        this.registry = registry;
        this.blobs = blobs;
        this.workshop = workshop;
        this.jobs = jobs;
        this.folder = folder;
        this.clock = clock;
    }

    /**
     * A version to import.
     *
     * @param model name of the model, which is made if it is absent
     * @param version name of the version; absent for the next number
     * @param blob the uploaded file
     * @param contract of the model; absent if the model has one, or for raw tensors as the graph declares them
     * @param tags of the version
     * @param recipes whose variants are made
     */
    public record NewVersion(
            String model,
            @Nullable String version,
            Digest blob,
            @Nullable ModelContract contract,
            Map<String, String> tags,
            List<String> recipes) {}

    /**
     * A variant to add.
     *
     * @param ref its name
     * @param blob the uploaded file
     * @param precision for people and filters
     * @param parent the variant that it comes from; absent for the version's own file
     * @param tags free key-value pairs
     */
    public record NewVariant(
            VariantRef ref,
            Digest blob,
            String precision,
            @Nullable VariantRef parent,
            Map<String, String> tags) {}

    private record Draft(String recipe, Path file, Made made) {}

    /** Begins an import; what can be refused at once is. */
    public Job importVersion(NewVersion request) {
        VariantRef.requireName("model", request.model());
        requireBlob(request.blob());
        Optional<Model> known = find(request.model());
        ModelContract contract = request.contract();
        if (known.isPresent() && contract != null && !known.get().contract().equals(contract)) {
            throw new Conflict(
                    "the model '" + request.model() + "' has another contract",
                    "contract",
                    request.model(),
                    "leave the contract out, or import the file as another model");
        }
        for (String recipe : request.recipes()) {
            if (Recipes.find(recipe).isEmpty()) {
                throw new Invalid("there is no such recipe", "recipes", recipe, "use some of " + Recipes.names());
            }
        }
        ModelContract promised = known.map(Model::contract).orElse(contract);
        return jobs.submit(
                "import-version", Set.of(request.blob()), progress -> runImport(request, promised, progress));
    }

    private Map<String, Object> runImport(NewVersion request, @Nullable ModelContract promised, JobContext progress)
            throws ModelRefused, IOException {
        Path file = blobs.file(request.blob());
        List<String> recipes = request.recipes();
        progress.at(0.05, "checks the file");
        CheckReport report = progress.breakable(() -> workshop.check(file, promised));
        ModelContract contract = promised == null ? raw(report.summary()) : promised;
        List<Draft> drafts = new ArrayList<>();
        try {
            for (int i = 0; i < recipes.size(); i++) {
                progress.at((1.0 + i) / (recipes.size() + 1), "makes the variant " + recipes.get(i));
                Path target = draft();
                Recipe recipe = Recipes.find(recipes.get(i)).orElseThrow();
                MakeOrder order = new MakeOrder(recipe, file, contract, null, target);
                drafts.add(new Draft(recipe.name(), target, progress.breakable(() -> workshop.make(order))));
            }
            progress.at(0.98, "registers");
            return register(request, contract, drafts, report);
        } finally {
            for (Draft draft : drafts) {
                Files.deleteIfExists(draft.file());
            }
        }
    }

    private Path draft() throws IOException {
        Files.createDirectories(folder);
        Path file = Files.createTempFile(folder, "variant", ".onnx");
        Files.delete(file);
        return file;
    }

    private Map<String, Object> register(
            NewVersion request, ModelContract contract, List<Draft> drafts, CheckReport report) throws IOException {
        for (Draft draft : drafts) {
            blobs.adopt(draft.file(), draft.made().digest());
        }
        if (find(request.model()).isEmpty()) {
            registry.createModel(request.model(), contract, Map.of());
        }
        ModelVersion version = registry.addVersion(request.model(), request.version(), request.blob(), request.tags());
        for (Draft draft : drafts) {
            Made made = draft.made();
            registry.addVariant(new Variant(
                    new VariantRef(version.model(), version.version(), draft.recipe()),
                    made.digest(),
                    made.size(),
                    draft.recipe(),
                    made.passes(),
                    null,
                    made.precision(),
                    made.settings(),
                    made.summary(),
                    null,
                    Map.of(),
                    clock.instant()));
        }
        return Map.of(
                "model", version.model(),
                "version", version.version(),
                "variants", drafts.stream().map(Draft::recipe).toList(),
                "parameters", report.summary().parameters(),
                "macs", report.summary().totalMacs(),
                "runMillis", report.runMillis());
    }

    private static ModelContract raw(GraphSummary summary) {
        return new ModelContract(
                ModelContract.Task.TENSOR, summary.inputs(), summary.outputs(), null, false, List.of(), "cosine");
    }

    /** Begins to check and add an uploaded variant. */
    public Job addVariant(NewVariant request) {
        requireBlob(request.blob());
        VariantRef ref = request.ref();
        ModelContract contract = registry.model(ref.model()).contract();
        registry.resolve(ref.model(), ref.version());
        if (registry.variants(ref.model(), ref.version()).stream()
                .anyMatch(variant -> variant.ref().equals(ref))) {
            throw new Conflict(
                    "the variant '" + ref + "' exists already; variants never change",
                    "name",
                    ref.variant(),
                    "choose another name");
        }
        return jobs.submit("add-variant", Set.of(request.blob()), progress -> {
            progress.at(0.1, "checks the file");
            Path file = blobs.file(request.blob());
            CheckReport report = progress.breakable(() -> workshop.check(file, contract));
            Variant added = registry.addVariant(new Variant(
                    ref,
                    request.blob(),
                    blobs.size(request.blob()),
                    "uploaded",
                    List.of(),
                    request.parent(),
                    request.precision(),
                    ExecutionSettings.cpu(),
                    report.summary(),
                    null,
                    request.tags(),
                    clock.instant()));
            return Map.of("variant", added.ref().toString());
        });
    }

    private Optional<Model> find(String name) {
        return registry.models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst();
    }

    private void requireBlob(Digest blob) {
        if (!blobs.contains(blob)) {
            throw new Invalid(
                    "there is no uploaded file of this digest", "blob", blob, "upload it first: POST /api/v1/uploads");
        }
    }
}
