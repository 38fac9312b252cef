package io.fleetfit.agent.qualify;

import io.fleetfit.agent.runtime.TrialOrder;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.TensorSpec;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An order on its way to the child, both ends being of one build. Binary, since a JSON library would double the time that
 * the child takes to start.
 */
final class OrderCodec {
    private static final int NONE = -1;

    private OrderCodec() {}

    static void write(TrialOrder order, DataOutputStream out) throws IOException {
        out.writeUTF(order.file().toString());
        out.writeUTF(order.name());
        settings(order.settings(), out);
        number(order.budget().maxP95Millis(), out);
        Long memory = order.budget().maxMemoryBytes();
        out.writeLong(memory == null ? NONE : memory);
        specs(order.inputs(), out);
        specs(order.outputs(), out);
        longs(order.picture(), out);
        golden(order.golden(), out);
    }

    static TrialOrder read(DataInputStream in) throws IOException {
        Path file = Path.of(in.readUTF());
        String name = in.readUTF();
        ExecutionSettings settings = settings(in);
        Double p95 = number(in);
        long memory = in.readLong();
        return new TrialOrder(
                file,
                name,
                settings,
                new Budget(p95, memory == NONE ? null : memory),
                specs(in),
                specs(in),
                longs(in),
                golden(in));
    }

    private static void settings(ExecutionSettings settings, DataOutputStream out) throws IOException {
        out.writeUTF(settings.provider());
        out.writeInt(settings.threads() == null ? NONE : settings.threads());
        out.writeInt(settings.sessionConfig().size());
        for (Map.Entry<String, String> entry : settings.sessionConfig().entrySet()) {
            out.writeUTF(entry.getKey());
            out.writeUTF(entry.getValue());
        }
        ExecutionSettings.Optimization level = settings.optimization();
        out.writeUTF(level == null ? "" : level.name());
    }

    private static ExecutionSettings settings(DataInputStream in) throws IOException {
        String provider = in.readUTF();
        int threads = in.readInt();
        Map<String, String> config = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
            config.put(in.readUTF(), in.readUTF());
        }
        String level = in.readUTF();
        return new ExecutionSettings(
                provider,
                threads == NONE ? null : threads,
                config,
                level.isEmpty() ? null : ExecutionSettings.Optimization.valueOf(level));
    }

    static void number(@Nullable Double value, DataOutputStream out) throws IOException {
        out.writeDouble(value == null ? Double.NaN : value);
    }

    static @Nullable Double number(DataInputStream in) throws IOException {
        double value = in.readDouble();
        return Double.isNaN(value) ? null : value;
    }

    private static void specs(List<TensorSpec> specs, DataOutputStream out) throws IOException {
        out.writeInt(specs.size());
        for (TensorSpec spec : specs) {
            out.writeUTF(spec.name());
            out.writeUTF(spec.type());
            longs(spec.shape(), out);
        }
    }

    private static List<TensorSpec> specs(DataInputStream in) throws IOException {
        List<TensorSpec> specs = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            specs.add(new TensorSpec(in.readUTF(), in.readUTF(), longs(in)));
        }
        return specs;
    }

    private static void longs(List<Long> values, DataOutputStream out) throws IOException {
        out.writeInt(values.size());
        for (long value : values) {
            out.writeLong(value);
        }
    }

    private static List<Long> longs(DataInputStream in) throws IOException {
        List<Long> values = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.add(in.readLong());
        }
        return values;
    }

    private static void golden(@Nullable Golden golden, DataOutputStream out) throws IOException {
        out.writeInt(golden == null ? NONE : golden.cases().size());
        if (golden == null) {
            return;
        }
        out.writeDouble(golden.absolute());
        out.writeDouble(golden.relative());
        for (Golden.GoldenCase example : golden.cases()) {
            out.writeInt(example.inputs().size());
            for (Golden.GoldenInput input : example.inputs()) {
                input(input, out);
            }
            out.writeInt(example.outputs().size());
            for (Golden.GoldenOutput output : example.outputs()) {
                output(output, out);
            }
        }
    }

    private static @Nullable Golden golden(DataInputStream in) throws IOException {
        int count = in.readInt();
        if (count == NONE) {
            return null;
        }
        double absolute = in.readDouble();
        double relative = in.readDouble();
        List<Golden.GoldenCase> cases = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Golden.GoldenInput> inputs = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                inputs.add(input(in));
            }
            List<Golden.GoldenOutput> outputs = new ArrayList<>();
            for (int left = in.readInt(); left > 0; left--) {
                outputs.add(output(in));
            }
            cases.add(new Golden.GoldenCase(inputs, outputs));
        }
        return new Golden(cases, absolute, relative);
    }

    private static void input(Golden.GoldenInput input, DataOutputStream out) throws IOException {
        out.writeUTF(input.name());
        out.writeUTF(input.type());
        longs(input.shape(), out);
        out.writeLong(input.seed());
        out.writeInt(input.hold());
        out.writeDouble(input.low());
        out.writeDouble(input.high());
    }

    private static Golden.GoldenInput input(DataInputStream in) throws IOException {
        return new Golden.GoldenInput(
                in.readUTF(), in.readUTF(), longs(in), in.readLong(), in.readInt(), in.readDouble(), in.readDouble());
    }

    private static void output(Golden.GoldenOutput output, DataOutputStream out) throws IOException {
        out.writeUTF(output.name());
        longs(output.shape(), out);
        out.writeInt(output.values().size());
        for (double value : output.values()) {
            out.writeDouble(value);
        }
    }

    private static Golden.GoldenOutput output(DataInputStream in) throws IOException {
        String name = in.readUTF();
        List<Long> shape = longs(in);
        List<Double> values = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
            values.add(in.readDouble());
        }
        return new Golden.GoldenOutput(name, shape, values);
    }
}
