package io.fleetfit.agent.serve;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.Served;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Requests and answers of the Open Inference Protocol v2 in their JSON form. */
final class Tensors {
    private Tensors() {}

    static ObjectNode infer(Served served, JsonNode request, ObjectMapper mapper) throws InferenceException {
        LoadedModel model = served.model();
        List<JsonNode> inputs = inputs(model, request);
        List<long[]> shapes = new ArrayList<>();
        for (JsonNode input : inputs) {
            shapes.add(shape(input));
        }
        try (Frame frame = model.borrow(shapes)) {
            for (int i = 0; i < inputs.size(); i++) {
                fill(frame.input(i), inputs.get(i), model.inputs().get(i));
            }
            served.run(frame);
            recordTopClass(served, frame);
            return answer(served, request, frame, mapper);
        }
    }

    private static List<JsonNode> inputs(LoadedModel model, JsonNode request) throws InferenceException {
        List<JsonNode> found = new ArrayList<>();
        for (TensorSpec wanted : model.inputs()) {
            JsonNode match = null;
            for (JsonNode input : request.path("inputs")) {
                match = input.path("name").asText().equals(wanted.name()) ? input : match;
            }
            if (match == null) {
                throw InferenceException.badInput("input '" + wanted.name() + "' is missing");
            }
            String type = match.path("datatype").asText();
            if (!type.equals(wanted.type())) {
                throw InferenceException.badInput("input '" + wanted.name() + "' has the datatype '" + type
                        + "'; the model takes " + wanted.type());
            }
            found.add(match);
        }
        return found;
    }

    private static long[] shape(JsonNode input) {
        JsonNode shape = input.path("shape");
        long[] dimensions = new long[shape.size()];
        for (int i = 0; i < dimensions.length; i++) {
            dimensions[i] = shape.get(i).asLong();
        }
        return dimensions;
    }

    private static void fill(ByteBuffer buffer, JsonNode input, TensorSpec spec) throws InferenceException {
        put(buffer, input.path("data"), spec);
        if (buffer.hasRemaining()) {
            throw InferenceException.badInput("input '" + spec.name() + "' has fewer values than its shape says");
        }
    }

    private static void put(ByteBuffer buffer, JsonNode data, TensorSpec spec) throws InferenceException {
        for (JsonNode value : data) {
            if (value.isArray()) {
                put(buffer, value, spec);
            } else if (!buffer.hasRemaining()) {
                throw InferenceException.badInput("input '" + spec.name() + "' has more values than its shape says");
            } else {
                putValue(buffer, value, spec);
            }
        }
    }

    private static void putValue(ByteBuffer buffer, JsonNode value, TensorSpec spec) throws InferenceException {
        if (!value.isNumber() && !value.isBoolean()) {
            throw InferenceException.badInput("input '" + spec.name() + "' holds '" + value + "', which is no number");
        }
        switch (spec.type()) {
            case "FP32" -> buffer.putFloat((float) value.asDouble());
            case "FP64" -> buffer.putDouble(value.asDouble());
            case "INT64" -> buffer.putLong(value.asLong());
            case "INT32" -> buffer.putInt(value.asInt());
            case "INT16" -> buffer.putShort((short) value.asInt());
            case "INT8", "UINT8" -> buffer.put((byte) value.asInt());
            case "BOOL" -> buffer.put((byte) (value.asBoolean() ? 1 : 0));
            default ->
                throw InferenceException.badInput(
                        "input '" + spec.name() + "' is of type " + spec.type() + ", which has no JSON form");
        }
    }

    private static void recordTopClass(Served served, Frame frame) {
        LoadedModel model = served.model();
        if (served.manifest().contract().task() == ModelContract.Task.CLASSIFICATION
                && model.outputs().get(0).type().equals("FP32")
                && frame.outputShape(0).length <= 2) {
            ByteBuffer scores = frame.output(0);
            int count = (int) frame.outputShape(0)[frame.outputShape(0).length - 1];
            for (int row = 0; row + count <= scores.capacity() / Float.BYTES; row += count) {
                int top = 0;
                for (int i = 1; i < count; i++) {
                    top = scores.getFloat((row + i) * Float.BYTES) > scores.getFloat((row + top) * Float.BYTES)
                            ? i
                            : top;
                }
                served.recorder().topClass(top, count);
            }
        }
    }

    private static ObjectNode answer(Served served, JsonNode request, Frame frame, ObjectMapper mapper)
            throws InferenceException {
        Set<String> wanted = new HashSet<>();
        request.path("outputs").forEach(output -> wanted.add(output.path("name").asText()));
        ObjectNode answer = mapper.createObjectNode();
        answer.put("model_name", served.manifest().model());
        answer.put("model_version", served.manifest().version());
        if (request.hasNonNull("id")) {
            answer.put("id", request.get("id").asText());
        }
        ArrayNode outputs = answer.putArray("outputs");
        List<TensorSpec> specs = served.model().outputs();
        for (int i = 0; i < specs.size(); i++) {
            if (wanted.isEmpty() || wanted.contains(specs.get(i).name())) {
                ObjectNode output = outputs.addObject();
                output.put("name", specs.get(i).name())
                        .put("datatype", specs.get(i).type());
                ArrayNode shape = output.putArray("shape");
                for (long dimension : frame.outputShape(i)) {
                    shape.add(dimension);
                }
                addValues(output.putArray("data"), frame.output(i), specs.get(i));
            }
        }
        return answer;
    }

    private static void addValues(ArrayNode data, ByteBuffer values, TensorSpec spec) throws InferenceException {
        while (values.hasRemaining()) {
            switch (spec.type()) {
                case "FP32" -> data.add(values.getFloat());
                case "FP64" -> data.add(values.getDouble());
                case "INT64" -> data.add(values.getLong());
                case "INT32" -> data.add(values.getInt());
                case "INT16" -> data.add(values.getShort());
                case "INT8" -> data.add((int) values.get());
                case "UINT8" -> data.add(values.get() & 0xff);
                case "BOOL" -> data.add(values.get() != 0);
                default ->
                    throw InferenceException.badInput(
                            "output '" + spec.name() + "' is of type " + spec.type() + ", which has no JSON form");
            }
        }
    }
}
