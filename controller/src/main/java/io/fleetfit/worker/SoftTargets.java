package io.fleetfit.worker;

import io.fleetfit.compress.DistillOrder;
import io.fleetfit.compress.Distilled;
import io.fleetfit.dataset.DataSetReader;
import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Truth;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.ModelContract.Task;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Writes a teacher's outputs on a data set as a NumPy archive, a sample in memory at a time (distillation as in Hinton,
 * Vinyals and Dean, arXiv 1503.02531, trains a student on them): one array an output under its name ({@code logits} for a
 * classifier's first output if it still needs a softmax), {@code probabilities} for a classifier, {@code labels} with −1
 * where there is none, and {@code ids.txt} with the samples' ids, a line each.
 */
final class SoftTargets {
    private static final String LABELS = "labels";
    private static final String PROBABILITIES = "probabilities";

    private final DistillOrder order;
    private final Runnable beat;
    private final ModelContract contract;
    private final Map<String, NpyDraft> arrays = new LinkedHashMap<>();
    private final Path answer;

    /** Drafts lie beside {@code answer}. */
    SoftTargets(DistillOrder order, Path answer, Runnable beat) {
        this.order = order;
        this.contract = order.contract();
        this.answer = answer;
        this.beat = beat;
    }

    Distilled run() throws IOException, ModelRefused {
        Path ids = answer.resolveSibling("ids.txt");
        try (DataSetReader samples = DataSetReader.open(order.samples(), contract);
                OrtModel teacher = OrtModel.load(order.teacher(), order.settings(), null)) {
            long count = 0;
            try (var names = Files.newBufferedWriter(ids)) {
                for (Sample sample : samples) {
                    names.write(sample.id().replaceAll("\\R", " ") + "\n");
                    add(sample, teacher.run(sample.inputs()));
                    beat.run();
                    count++;
                }
            }
            write(ids);
            List<String> names = new ArrayList<>(arrays.keySet());
            names.add("ids.txt");
            return new Distilled(WorkerMain.digest(order.target()), Files.size(order.target()), count, names);
        } finally {
            for (NpyDraft array : arrays.values()) {
                array.close();
            }
        }
    }

    private void add(Sample sample, Map<String, FloatTensor> outputs) throws IOException, ModelRefused {
        boolean first = true;
        for (TensorSpec promised : contract.outputs()) {
            FloatTensor tensor = outputs.get(promised.name());
            if (tensor == null) {
                throw new ModelRefused(
                        ModelRefused.Code.CONTRACT, "the output '" + promised.name() + "' holds no numbers");
            }
            requireFinite(sample, promised.name(), tensor.data());
            boolean scores = first && contract.task() == Task.CLASSIFICATION;
            array(scores && contract.softmax() ? "logits" : promised.name(), "<f4")
                    .floats(row(tensor), tensor.data());
            if (scores) {
                float[] shares = contract.softmax() ? softmax(tensor.data()) : tensor.data();
                array(PROBABILITIES, "<f4").floats(row(tensor), shares);
            }
            first = false;
        }
        array(LABELS, "<i8").number(sample.truth() instanceof Truth.ClassIndex truth ? truth.index() : -1);
    }

    /** The shape without the batch dimension, which is 1. */
    private static long[] row(FloatTensor tensor) {
        long[] shape = tensor.shape();
        return shape.length > 0 && shape[0] == 1 ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
    }

    private static void requireFinite(Sample sample, String output, float[] values) throws ModelRefused {
        for (float value : values) {
            if (!Float.isFinite(value)) {
                throw new ModelRefused(
                        ModelRefused.Code.NOT_FINITE,
                        "the output '" + output + "' is " + value + " on sample '" + sample.id()
                                + "'; check this sample");
            }
        }
    }

    /** Shifted by the largest, so that nothing overflows. */
    static float[] softmax(float[] scores) {
        float most = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            most = Math.max(most, score);
        }
        double sum = 0;
        float[] shares = new float[scores.length];
        for (int i = 0; i < scores.length; i++) {
            shares[i] = (float) Math.exp(scores[i] - most);
            sum += shares[i];
        }
        for (int i = 0; i < scores.length; i++) {
            shares[i] = (float) (shares[i] / sum);
        }
        return shares;
    }

    private NpyDraft array(String name, String type) throws IOException {
        String safe = name.replaceAll("[^A-Za-z0-9._-]", "_");
        NpyDraft known = arrays.get(safe);
        if (known == null) {
            known = new NpyDraft(answer.resolveSibling("array-" + arrays.size()), type);
            arrays.put(safe, known);
        }
        return known;
    }

    private void write(Path ids) throws IOException {
        try (OutputStream raw = Files.newOutputStream(order.target());
                ZipOutputStream zip = new ZipOutputStream(raw, StandardCharsets.UTF_8)) {
            for (Map.Entry<String, NpyDraft> array : arrays.entrySet()) {
                zip.putNextEntry(entry(array.getKey() + ".npy"));
                array.getValue().copyTo(zip);
                zip.closeEntry();
            }
            zip.putNextEntry(entry("ids.txt"));
            Files.copy(ids, zip);
            zip.closeEntry();
        }
    }

    /** Without a time, so that the same outputs give the same bytes. */
    private static ZipEntry entry(String name) {
        ZipEntry entry = new ZipEntry(name);
        entry.setLastModifiedTime(FileTime.fromMillis(315_532_800_000L));
        return entry;
    }
}
