package io.fleetfit.compress.quantize;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Runs a graph over samples and gathers statistics of its values. Activations are seen one by one and forgotten. What a
 * run gives out is bounded: if the wanted values of one sample are larger, they are seen in several sweeps.
 */
final class Observation {
    /** Elements that one run gives out at most, unless a single value is larger: 256 MiB. */
    private static final long MOST_ELEMENTS = 1 << 26;

    /** Values whose sizes are asked for at a time. */
    private static final int PROBED = 16;

    private final GraphRunner runner;
    private final ModelProto model;
    private final Samples samples;

    Observation(GraphRunner runner, ModelProto model, Samples samples) {
        this.runner = runner;
        this.model = model;
        this.samples = samples;
    }

    /**
     * Fills statistics by name of the value.
     *
     * @throws ModelRefused if there is no sample, a value is not finite, or an output is not a number
     */
    void fill(Map<String, ValueStatistics> wanted) throws ModelRefused {
        for (Set<String> group : groups(wanted.keySet())) {
            try (GraphRunner.Loaded loaded = runner.load(model, group)) {
                for (Sample sample : samples) {
                    Set<String> poisoned = new HashSet<>();
                    loaded.run(sample.inputs(), (name, tensor) -> {
                        ValueStatistics statistics = group.contains(name) ? wanted.get(name) : null;
                        if (statistics == null ? !areNumbers(tensor) : !statistics.see(tensor)) {
                            poisoned.add(name);
                        }
                    });
                    refuse(poisoned, wanted.keySet(), sample);
                }
            }
        }
    }

    private static boolean areNumbers(FloatTensor tensor) {
        for (float value : tensor.data()) {
            if (Float.isNaN(value)) {
                return false;
            }
        }
        return true;
    }

    /** Names the first value in the order of the graph: the others follow from it. */
    private static void refuse(Set<String> poisoned, Set<String> order, Sample sample) throws ModelRefused {
        if (poisoned.isEmpty()) {
            return;
        }
        for (String name : order) {
            if (poisoned.contains(name)) {
                throw new ModelRefused(
                        ModelRefused.Code.NOT_COMPRESSIBLE,
                        "the value '" + name + "' is infinite or not a number for the sample '" + sample.id()
                                + "', so it has no range to quantize to; check the model with this sample, or leave the"
                                + " nodes around it out with the setting 'exclude'");
            }
        }
        throw new ModelRefused(
                ModelRefused.Code.NOT_COMPRESSIBLE,
                "the output '" + new TreeSet<>(poisoned).first() + "' is not a number for the sample '" + sample.id()
                        + "'; check the model with this sample and its preprocessing");
    }

    private List<Set<String>> groups(Set<String> names) throws ModelRefused {
        Map<String, Long> sizes = sizes(List.copyOf(names));
        List<Set<String>> groups = new ArrayList<>();
        Set<String> group = new LinkedHashSet<>();
        long elements = 0;
        for (String name : names) {
            long size = sizes.getOrDefault(name, 0L);
            if (!group.isEmpty() && elements + size > MOST_ELEMENTS) {
                groups.add(group);
                group = new LinkedHashSet<>();
                elements = 0;
            }
            group.add(name);
            elements += size;
        }
        groups.add(group);
        return groups;
    }

    /** Elements of each value for the first sample. */
    private Map<String, Long> sizes(List<String> names) throws ModelRefused {
        Map<String, Long> sizes = new HashMap<>();
        Sample first = first();
        for (int from = 0; from < names.size(); from += PROBED) {
            Set<String> some = Set.copyOf(names.subList(from, Math.min(names.size(), from + PROBED)));
            try (GraphRunner.Loaded loaded = runner.load(model, some)) {
                loaded.run(first.inputs(), (name, tensor) -> sizes.put(name, (long) tensor.data().length));
            }
        }
        return sizes;
    }

    private Sample first() throws ModelRefused {
        for (Sample sample : samples) {
            return sample;
        }
        throw new ModelRefused(
                ModelRefused.Code.NEEDS_DATA,
                "the calibration set has no sample; name a data set with at least one, better a hundred");
    }
}
