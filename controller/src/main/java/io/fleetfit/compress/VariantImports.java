package io.fleetfit.compress;

import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.compress.evaluate.EvaluationOrder;
import io.fleetfit.compress.search.DataChoice;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Adds files that users made as variants: distilled students, other architectures, members of architecture-search
 * families. Each is checked against the model's contract, so a student has the inputs and outputs of its teacher; one of
 * another resolution fits only a contract that leaves its sides open, since devices prepare pictures by the contract alone.
 */
public final class VariantImports {
    private static final int MOST_SAMPLES = 5_000;

    private final ModelImports.Parts parts;
    private final Clock clock;

    /** Adds to the registry of these parts. */
    public VariantImports(ModelImports.Parts parts, Clock clock) {
        this.parts = parts;
        this.clock = clock;
    }

    /**
     * A variant to add.
     *
     * @param ref its name
     * @param blob the uploaded file
     * @param precision for people and filters
     * @param parent the variant that it comes from, its teacher; absent for the version's own file
     * @param tags free key-value pairs
     * @param data {@code set} or {@code set:split} to compare it with its parent on; absent to compare with nothing
     */
    public record NewVariant(
            VariantRef ref,
            Digest blob,
            String precision,
            @Nullable VariantRef parent,
            Map<String, String> tags,
            @Nullable String data) {}

    /** Begins to check and add an uploaded variant; what can be refused at once is. */
    public Job add(NewVariant request) {
        if (!parts.blobs().contains(request.blob())) {
            throw new Invalid(
                    "there is no uploaded file of this digest",
                    "blob",
                    request.blob(),
                    "upload it first: POST /api/v1/uploads");
        }
        VariantRef ref = request.ref();
        ModelContract contract = parts.registry().model(ref.model()).contract();
        ModelVersion version = parts.registry().resolve(ref.model(), ref.version());
        Optional<Variant> known = parts.registry().variants(ref.model(), ref.version()).stream()
                .filter(variant -> variant.ref().equals(ref))
                .findFirst();
        if (known.isPresent()) {
            throw new Conflict(
                    "the variant '" + ref + "' exists already; variants never change",
                    "name",
                    ref.variant(),
                    "choose another name");
        }
        Digest teacher = request.parent() == null
                ? version.source()
                : parts.registry().variant(request.parent()).blob();
        String data = request.data();
        DataChoice choice = data == null ? null : parts.samples().choose("data", data, contract, MOST_SAMPLES);
        Set<Digest> uses = new HashSet<>(List.of(request.blob(), teacher));
        if (choice != null) {
            uses.add(choice.digest());
        }
        return parts.jobs().submit("add-variant", uses, context -> run(request, contract, teacher, choice, context));
    }

    private Map<String, Object> run(
            NewVariant request, ModelContract contract, Digest teacher, @Nullable DataChoice choice, JobContext context)
            throws ModelRefused, IOException {
        context.at(0.1, "checks the file");
        Path file = parts.blobs().file(request.blob());
        CheckReport report = context.breakable(() -> parts.workshop().check(file, contract));
        Evaluation evaluation = choice == null ? null : evaluate(file, contract, teacher, choice, context);
        Variant added = parts.registry()
                .addVariant(new Variant(
                        request.ref(),
                        request.blob(),
                        parts.blobs().size(request.blob()),
                        "uploaded",
                        List.of(),
                        request.parent(),
                        request.precision(),
                        ExecutionSettings.cpu(),
                        report.summary(),
                        quality(contract, evaluation),
                        request.tags(),
                        clock.instant()));
        Map<String, Object> result = new HashMap<>(Map.of("variant", added.ref().toString()));
        if (evaluation != null && choice != null) {
            parts.reports().put(added.ref(), new VariantReport(null, evaluation, choice.name(), List.of(), List.of()));
            result.put("evaluation", evaluation);
        }
        return result;
    }

    private Evaluation evaluate(
            Path file, ModelContract contract, Digest teacher, DataChoice choice, JobContext context)
            throws ModelRefused, IOException {
        context.at(0.4, "compares it with its parent on " + choice.count() + " samples");
        EvaluationOrder order = new EvaluationOrder(
                parts.blobs().file(teacher),
                file,
                ExecutionSettings.cpu(),
                contract,
                parts.samples().source(choice, choice.count()),
                context.folder().resolve("answers"),
                1);
        return context.breakable(() -> parts.workshop().evaluate(order)).brief();
    }

    /** The quality of an evaluation, if its metric is the contract's; with its interval. */
    public static @Nullable Quality quality(ModelContract contract, @Nullable Evaluation evaluation) {
        Evaluation.Estimate estimate = evaluation == null ? null : evaluation.quality();
        if (evaluation == null
                || estimate == null
                || !(estimate.value() >= 0 && estimate.value() <= 1)
                || !estimate.metric().equals(contract.qualityMetric())) {
            return null;
        }
        return new Quality(
                estimate.metric(),
                estimate.value(),
                evaluation.samples(),
                Math.min(estimate.low(), estimate.value()),
                Math.max(estimate.high(), estimate.value()));
    }
}
