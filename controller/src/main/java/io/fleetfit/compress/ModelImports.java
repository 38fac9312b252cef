package io.fleetfit.compress;

import io.fleetfit.compress.search.DataChoice;
import io.fleetfit.compress.search.SampleChoices;
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

/** Turns uploaded files into versions: checks them, makes the variants of recipes, registers all or nothing. */
public final class ModelImports {
    private final Parts parts;
    private final Path folder;
    private final Clock clock;

    /** What imports use. */
    public record Parts(
            ModelRegistry registry,
            BlobStore blobs,
            ModelWorkshop workshop,
            Jobs jobs,
            RecipeBook recipes,
            ReportStore reports,
            SampleChoices samples) {}

    /** @param folder for files in between */
    public ModelImports(Parts parts, Path folder, Clock clock) {
        this.parts = parts;
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

    private record Draft(Recipe recipe, Path file, Made made) {}

    /** Begins an import; what can be refused at once is. */
    public Job importVersion(NewVersion request) {
        VariantRef.requireName("model", request.model());
        if (!parts.blobs().contains(request.blob())) {
            throw new Invalid(
                    "there is no uploaded file of this digest",
                    "blob",
                    request.blob(),
                    "upload it first: POST /api/v1/uploads");
        }
        Optional<Model> known = find(request.model());
        ModelContract contract = request.contract();
        if (known.isPresent() && contract != null && !known.get().contract().equals(contract)) {
            throw new Conflict(
                    "the model '" + request.model() + "' has another contract",
                    "contract",
                    request.model(),
                    "leave the contract out, or import the file as another model");
        }
        List<Recipe> recipes = request.recipes().stream()
                .map(name -> parts.recipes().require("recipes", name))
                .toList();
        ModelContract promised = known.map(Model::contract).orElse(contract);
        return parts.jobs()
                .submit(
                        "import-version",
                        Set.of(request.blob()),
                        context -> runImport(request, recipes, promised, context));
    }

    private Map<String, Object> runImport(
            NewVersion request, List<Recipe> recipes, @Nullable ModelContract promised, JobContext context)
            throws ModelRefused, IOException {
        Path file = parts.blobs().file(request.blob());
        context.at(0.05, "checks the file");
        CheckReport report = context.breakable(() -> parts.workshop().check(file, promised));
        ModelContract contract = promised == null ? raw(report.summary()) : promised;
        List<Draft> drafts = new ArrayList<>();
        try {
            for (int i = 0; i < recipes.size(); i++) {
                Recipe recipe = recipes.get(i);
                context.at((1.0 + i) / (recipes.size() + 1), "makes the variant " + recipe.name());
                Path target = draft();
                MakeOrder order = new MakeOrder(recipe, file, contract, null, target);
                drafts.add(new Draft(
                        recipe, target, context.breakable(() -> parts.workshop().make(order))));
            }
            context.at(0.98, "registers");
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
            parts.blobs().adopt(draft.file(), draft.made().digest());
        }
        if (find(request.model()).isEmpty()) {
            parts.registry().createModel(request.model(), contract, Map.of());
        }
        ModelVersion version =
                parts.registry().addVersion(request.model(), request.version(), request.blob(), request.tags());
        for (Draft draft : drafts) {
            Made made = draft.made();
            Variant added = parts.registry()
                    .addVariant(new Variant(
                            new VariantRef(
                                    version.model(),
                                    version.version(),
                                    draft.recipe().name()),
                            made.digest(),
                            made.size(),
                            draft.recipe().name(),
                            made.passes(),
                            null,
                            made.precision(),
                            made.settings(),
                            made.summary(),
                            null,
                            draft.recipe().tags(),
                            clock.instant()));
            parts.reports().put(added.ref(), report(draft, request.blob()));
        }
        return Map.of(
                "model", version.model(),
                "version", version.version(),
                "variants", drafts.stream().map(draft -> draft.recipe().name()).toList(),
                "parameters", report.summary().parameters(),
                "macs", report.summary().totalMacs(),
                "runMillis", report.runMillis());
    }

    private static VariantReport report(Draft draft, Digest parent) {
        Recipe recipe = draft.recipe();
        return new VariantReport(
                new Lineage(
                        parent,
                        recipe.name(),
                        recipe.digest(),
                        draft.made().passes(),
                        draft.made().calibration(),
                        Tool.VERSION),
                null,
                null,
                List.of(),
                draft.made().findings());
    }

    private static ModelContract raw(GraphSummary summary) {
        return new ModelContract(
                ModelContract.Task.TENSOR, summary.inputs(), summary.outputs(), null, false, List.of(), "cosine");
    }

    private Optional<Model> find(String name) {
        return parts.registry().models().stream()
                .filter(model -> model.name().equals(name))
                .findFirst();
    }

    /**
     * Begins to write down the soft outputs of a version's own file, the teacher, on a data set.
     *
     * @param model name of the model
     * @param version its name, or an alias
     * @param data {@code set} or {@code set:split}
     */
    public Job distill(String model, String version, String data) {
        ModelContract contract = parts.registry().model(model).contract();
        ModelVersion teacher = parts.registry().resolve(model, version);
        DataChoice choice = parts.samples().choose("data", data, contract, Integer.MAX_VALUE);
        Set<Digest> uses = Set.of(teacher.source(), choice.digest());
        return parts.jobs().submit("distill-set", uses, context -> distill(teacher, contract, choice, context));
    }

    private Map<String, Object> distill(
            ModelVersion teacher, ModelContract contract, DataChoice choice, JobContext context)
            throws ModelRefused, IOException {
        context.at(0.02, "asks the teacher for its answers on " + choice.count() + " samples");
        Path target = draft();
        DistillOrder order = new DistillOrder(
                parts.blobs().file(teacher.source()),
                ExecutionSettings.cpu(),
                contract,
                parts.samples().source(choice, choice.count()),
                target);
        try {
            Distilled distilled = context.breakable(() -> parts.workshop().distill(order));
            parts.blobs().adopt(target, distilled.digest());
            return Map.of(
                    "blob", distilled.digest().hex(),
                    "size", distilled.size(),
                    "samples", distilled.samples(),
                    "arrays", distilled.arrays());
        } finally {
            Files.deleteIfExists(target);
        }
    }
}
