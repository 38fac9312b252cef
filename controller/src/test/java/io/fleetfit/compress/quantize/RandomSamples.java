package io.fleetfit.compress.quantize;

import io.fleetfit.dataset.Sample;
import io.fleetfit.dataset.Samples;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.protocol.Digest;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;

/** Normally distributed inputs, the same at each reading. */
@SuppressWarnings("ArrayRecordComponent") // nobody compares samples with equals
record RandomSamples(int count, long seed, String input, long... shape) implements Samples {
    @Override
    public Digest digest() {
        return Digest.of(new byte[] {(byte) count, (byte) seed});
    }

    @Override
    public Iterator<Sample> iterator() {
        return IntStream.range(0, count).mapToObj(this::sample).iterator();
    }

    private Sample sample(int index) {
        Random random = new Random(seed * 1000 + index);
        float[] data = new float[Math.toIntExact(Arrays.stream(shape).reduce(1, (a, b) -> a * b))];
        for (int i = 0; i < data.length; i++) {
            data[i] = (float) random.nextGaussian();
        }
        return new Sample("sample-" + index, Map.of(input, new FloatTensor(shape, data)), null);
    }
}
