package io.fleetfit.dataset;

import io.fleetfit.dataset.file.DataSetManifest;
import io.fleetfit.dataset.file.DataSetManifest.ClassRow;
import io.fleetfit.dataset.file.DataSetManifest.TruthKind;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Which index of a model's output each class of a data set is. A name that the contract lists once decides; else the number
 * that the set gives; else, where neither says anything, the place among the set's names in alphabetical order, as
 * ImageFolder loaders number them, if there are as many as the model has outputs.
 */
final class ClassMapping {
    private static final int NAMED = 5;

    private ClassMapping() {}

    /**
     * An output index for every class of the set, in the manifest's order.
     *
     * @throws ModelRefused naming the classes that the model does not have
     */
    static int[] of(DataSetManifest manifest, ModelContract contract) throws ModelRefused {
        int[] indices = new int[manifest.classes().size()];
        if (manifest.truth() == TruthKind.NONE) {
            return indices;
        }
        Map<String, Integer> labels = uniqueLabels(contract.labels());
        long width = width(manifest, contract);
        List<String> unknown = new ArrayList<>();
        List<String> sorted = manifest.classes().stream()
                .map(ClassRow::name)
                .filter(Objects::nonNull)
                .sorted()
                .toList();
        for (int i = 0; i < indices.length; i++) {
            ClassRow row = manifest.classes().get(i);
            indices[i] = index(row, labels, contract.labels().isEmpty() ? sorted : List.of(), width);
            if (indices[i] < 0 || (width > 0 && indices[i] >= width)) {
                unknown.add(row.text());
            }
        }
        refuse(unknown, contract, width);
        refuseMerged(manifest, indices);
        return indices;
    }

    private static Map<String, Integer> uniqueLabels(List<String> labels) {
        Map<String, Integer> unique = new HashMap<>();
        Set<String> repeated = new HashSet<>();
        for (int i = 0; i < labels.size(); i++) {
            if (unique.put(labels.get(i), i) != null) {
                repeated.add(labels.get(i));
            }
        }
        unique.keySet().removeAll(repeated);
        return unique;
    }

    private static int index(ClassRow row, Map<String, Integer> labels, List<String> sorted, long width) {
        Integer named = row.name() == null ? null : labels.get(row.name());
        if (named != null) {
            return named;
        }
        if (row.number() != null) {
            return row.number();
        }
        return sorted.size() == width ? sorted.indexOf(row.name()) : -1;
    }

    /** How many classes the model knows; 0 if that shows only when it runs. */
    private static long width(DataSetManifest manifest, ModelContract contract) {
        if (!contract.labels().isEmpty()) {
            return contract.labels().size();
        }
        List<Long> shape =
                contract.outputs().stream().findFirst().map(TensorSpec::shape).orElse(List.of());
        boolean isClasses = manifest.truth() == TruthKind.CLASSES && !shape.isEmpty();
        return isClasses ? Math.max(0, shape.get(shape.size() - 1)) : 0;
    }

    private static void refuse(List<String> unknown, ModelContract contract, long width) throws ModelRefused {
        if (!unknown.isEmpty()) {
            String some = String.join(", ", unknown.subList(0, Math.min(NAMED, unknown.size())))
                    + (unknown.size() > NAMED ? ", …" : "");
            throw new ModelRefused(
                    ModelRefused.Code.DATA_SET,
                    unknown.size() + " classes of the data set are none of the model's "
                            + (width > 0 ? width + " " : "") + "classes: " + some + "; "
                            + (contract.labels().isEmpty()
                                    ? "list the model's labels in its contract, or import the set with numbers from 0"
                                    : "use the names of the contract's labels, or numbers from 0 to " + (width - 1)));
        }
    }

    private static void refuseMerged(DataSetManifest manifest, int[] indices) throws ModelRefused {
        Map<Integer, ClassRow> seen = new HashMap<>();
        for (int i = 0; i < indices.length; i++) {
            ClassRow other = seen.put(indices[i], manifest.classes().get(i));
            if (other != null) {
                throw new ModelRefused(
                        ModelRefused.Code.DATA_SET,
                        "the classes " + other.text() + " and "
                                + manifest.classes().get(i).text() + " of the data set are both class " + indices[i]
                                + " of the model; give each class one name and one number");
            }
        }
    }
}
