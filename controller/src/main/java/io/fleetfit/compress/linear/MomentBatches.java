package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.ModelProto;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Second moments of what layers see, over a calibration set. As many layers at a time as fit a bound of memory, each such
 * batch in one pass over the set.
 */
public final class MomentBatches {
    /** Bytes of sums held at a time; one layer alone may take more. */
    private static final long MOST_BYTES = 256L << 20;

    /** Positions looked at for each column of a layer, so that the moments have full rank with room to spare. */
    private static final int ROWS_PER_COLUMN = 8;

    private static final int LEAST_ROWS = 4_000;
    private static final int MOST_ROWS = 20_000;

    private final GraphRunner runner;
    private final ModelProto model;
    private final Samples samples;

    /** Of a model over samples. */
    public MomentBatches(GraphRunner runner, ModelProto model, Samples samples) {
        this.runner = runner;
        this.model = model;
        this.samples = samples;
    }

    /** Number of positions to look at for a layer with so many columns, over the whole set. */
    static int rows(int columns) {
        return Math.min(MOST_ROWS, Math.max(LEAST_ROWS, ROWS_PER_COLUMN * columns));
    }

    /** Positions to look at in each of {@code count} samples. */
    static int rowsEach(int columns, int count) {
        return Math.max(1, (rows(columns) + count - 1) / Math.max(1, count));
    }

    /** Bytes that a layer's sums take. */
    private static long bytes(LinearLayer layer) {
        return 8L * layer.columns() * layer.columns();
    }

    /** Works on one batch. */
    @FunctionalInterface
    public interface Worker<T> {
        /** Called once a batch with the moments of the layers that its items ask for. */
        void work(List<T> items, Map<LinearLayer, Moments> moments) throws ModelRefused;
    }

    /**
     * Hands items with their layers' moments to a worker, batch by batch, in order.
     *
     * @param layers what layers an item needs; of one group
     */
    public <T> void forEach(Map<T, Set<LinearLayer>> layers, Worker<T> worker) throws ModelRefused {
        List<T> batch = new ArrayList<>();
        Set<LinearLayer> needed = new LinkedHashSet<>();
        for (Map.Entry<T, Set<LinearLayer>> item : layers.entrySet()) {
            Set<LinearLayer> with = new LinkedHashSet<>(needed);
            with.addAll(item.getValue());
            if (!batch.isEmpty()
                    && with.stream().mapToLong(MomentBatches::bytes).sum() > MOST_BYTES) {
                worker.work(batch, moments(needed));
                batch = new ArrayList<>();
                with = new LinkedHashSet<>(item.getValue());
            }
            batch.add(item.getKey());
            needed = with;
        }
        if (!batch.isEmpty()) {
            worker.work(batch, moments(needed));
        }
    }

    private Map<LinearLayer, Moments> moments(Set<LinearLayer> layers) throws ModelRefused {
        Map<LinearLayer, Moments> moments = new LinkedHashMap<>();
        layers.forEach(layer -> moments.put(layer, new Moments(layer.columns(), 0)));
        Set<String> names = layers.stream().map(LinearLayer::input).collect(Collectors.toSet());
        if (!layers.isEmpty()) {
            Activations.view(runner, model, names, samples, (number, values) -> {
                for (Map.Entry<LinearLayer, Moments> entry : moments.entrySet()) {
                    LinearLayer layer = entry.getKey();
                    add(layer, entry.getValue(), number, Activations.value(values, layer.input()));
                }
            });
        }
        return moments;
    }

    private void add(LinearLayer layer, Moments sums, int number, FloatTensor input) {
        Patches patches = new Patches(layer);
        float[] row = new float[layer.columns()];
        int wanted = rowsEach(layer.columns(), samples.count());
        for (int position : patches.choose(patches.positions(input), wanted, number)) {
            patches.seen(input, position, row);
            sums.add(row, 0, row, 0);
        }
    }
}
