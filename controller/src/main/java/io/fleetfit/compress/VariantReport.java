package io.fleetfit.compress;

import io.fleetfit.compress.evaluate.Evaluation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a variant beyond its file.
 *
 * @param lineage where it comes from; absent for files that users made
 * @param evaluation what it is worth beside its parent; absent until evaluated
 * @param validation the data set that it was evaluated on, {@code name:split}; absent until evaluated
 * @param targets names of profiles or classes of devices that it was chosen for; empty if for none in particular
 * @param findings what passes left as it was
 */
public record VariantReport(
        @Nullable Lineage lineage,
        @Nullable Evaluation evaluation,
        @Nullable String validation,
        List<String> targets,
        List<Finding> findings) {
    public VariantReport {
        targets = List.copyOf(targets);
        findings = List.copyOf(findings);
    }
}
