package io.fleetfit.compress.linear;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.ValueInfoProto;
import io.fleetfit.compress.GraphRunner;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How far a changed model's outputs are from the original's: energy of the difference by energy of the output. */
public final class OutputError {
    private final GraphRunner runner;
    private final List<Sample> samples = new ArrayList<>();
    private final List<Map<String, FloatTensor>> expected = new ArrayList<>();

    /**
     * Runs the original over some of the samples, evenly chosen, and keeps these with the outputs.
     *
     * @param most number of samples to keep
     * @throws ModelRefused if a run fails
     */
    public OutputError(GraphRunner runner, ModelProto original, Samples all, int most) throws ModelRefused {
        this.runner = runner;
        int number = 0;
        int count = all.count();
        for (Sample sample : all) {
            if (count <= most || (long) number * most / count != (number + 1L) * most / count) {
                samples.add(sample);
            }
            number++;
        }
        try (GraphRunner.Loaded loaded = runner.load(original, Set.of())) {
            for (Sample sample : samples) {
                expected.add(loaded.run(sample.inputs()));
            }
        }
    }

    /** The relative error of a model, the mean over its outputs; 0 is none, 1 is an output that says nothing. */
    public double of(ModelProto changed) throws ModelRefused {
        double total = 0;
        List<String> outputs = changed.getGraph().getOutputList().stream()
                .map(ValueInfoProto::getName)
                .toList();
        double[] error = new double[outputs.size()];
        double[] energy = new double[outputs.size()];
        try (GraphRunner.Loaded loaded = runner.load(changed, Set.of())) {
            for (int i = 0; i < samples.size(); i++) {
                Map<String, FloatTensor> actual = loaded.run(samples.get(i).inputs());
                for (int o = 0; o < outputs.size(); o++) {
                    FloatTensor is = actual.get(outputs.get(o));
                    FloatTensor should = expected.get(i).get(outputs.get(o));
                    if (is != null && should != null && is.data().length == should.data().length) {
                        error[o] += difference(is.data(), should.data());
                        energy[o] += difference(should.data(), new float[should.data().length]);
                    }
                }
            }
        }
        for (int o = 0; o < outputs.size(); o++) {
            total += error[o] / Math.max(energy[o], Float.MIN_NORMAL) / outputs.size();
        }
        return total;
    }

    private static double difference(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            double d = a[i] - (double) b[i];
            sum += d * d;
        }
        return sum;
    }
}
