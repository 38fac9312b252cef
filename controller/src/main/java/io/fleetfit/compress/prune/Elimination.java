package io.fleetfit.compress.prune;

import io.fleetfit.compress.linear.LinearLayer;
import io.fleetfit.compress.linear.Matrices;
import io.fleetfit.compress.linear.Moments;
import io.fleetfit.onnx.GraphEditor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.ejml.data.DMatrixRMaj;

/**
 * The order in which a group's channels go, least loss first, each chosen after those before it have gone; a layer's loss
 * counts as a share of the energy of its output.
 */
final class Elimination {
    /** Beyond so many multiplications, the plain energy decides: it asks for no inverse. */
    private static final double MOST_WORK = 4e10;

    private final Group group;
    private final List<Part> parts = new ArrayList<>();
    private final List<Integer> order = new ArrayList<>();
    private final double[] losses;

    private record Part(Group.Consumer consumer, Importance importance, double energy) {}

    /**
     * What a group's channels are worth.
     *
     * @param ridge share of the mean energy of an input that is added to its moments
     */
    Elimination(GraphEditor graph, Group group, Map<LinearLayer, Moments> moments, Criterion criterion, double ridge) {
        this.group = group;
        losses = new double[group.classes().size() + 1];
        for (Group.Consumer consumer : group.consumers()) {
            LinearLayer layer = consumer.layer();
            DMatrixRMaj weights = Matrices.of(layer.matrix(graph), layer.outputs(), layer.columns());
            Moments seen = Objects.requireNonNull(moments.get(layer));
            DMatrixRMaj second = seen.shrunk(layer.takesBias());
            double energy = Matrices.dot(Matrices.times(weights, second), weights);
            boolean compensated = criterion == Criterion.COMPENSATED && work(consumer) < MOST_WORK;
            Importance importance = compensated
                    ? new Compensated(weights, Matrices.ridged(second, ridge))
                    : new Energy(weights, second);
            parts.add(new Part(consumer, importance, Math.max(energy, Double.MIN_NORMAL)));
        }
    }

    private static double work(Group.Consumer consumer) {
        double columns = consumer.layer().columns();
        double classes = consumer.columns().size();
        double block = consumer.columns().values().iterator().next().length;
        return columns * columns * columns
                + classes * block * columns * columns
                + classes * classes * block * block * consumer.layer().outputs() / 2;
    }

    /** Lets channels go until so many have gone in all. */
    void run(int removed) {
        TreeSet<Integer> left = new TreeSet<>(group.classes());
        order.forEach(left::remove);
        while (order.size() < removed) {
            int best = -1;
            double least = Double.POSITIVE_INFINITY;
            for (int candidate : left) {
                double loss = loss(candidate);
                if (loss < least) {
                    least = loss;
                    best = candidate;
                }
            }
            if (best < 0) {
                throw new IllegalStateException("the activations hold values that are not numbers");
            }
            remove(best);
            left.remove(best);
            losses[order.size() + 1] = losses[order.size()] + least;
            order.add(best);
        }
    }

    private double loss(int candidate) {
        double sum = 0;
        for (Part part : parts) {
            int[] columns = part.consumer().columns().get(candidate);
            if (columns != null) {
                sum += Math.max(0, part.importance().loss(columns)) / part.energy();
            }
        }
        return sum;
    }

    private void remove(int candidate) {
        for (Part part : parts) {
            int[] columns = part.consumer().columns().get(candidate);
            if (columns != null) {
                part.importance().remove(columns);
            }
        }
    }

    /** Weights of the layers that take the channels in, as they are now. */
    Map<LinearLayer, DMatrixRMaj> weights() {
        Map<LinearLayer, DMatrixRMaj> weights = new LinkedHashMap<>();
        parts.forEach(
                part -> weights.put(part.consumer().layer(), part.importance().weights()));
        return weights;
    }

    /** Classes in the order in which they go. */
    List<Integer> order() {
        return List.copyOf(order);
    }

    /** Loss by number of channels gone. */
    double[] losses() {
        return losses.clone();
    }
}
