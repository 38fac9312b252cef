package io.fleetfit.agent.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A request of the Open Inference Protocol v2 in JSON. It is read twice, first for names, types and shapes, then for the
 * values, which go straight into the buffers of the model: a tree of a million values would not fit the agent's heap.
 */
final class InferRequest {
    private static final JsonFactory JSON = new JsonFactory();

    private final byte[] body;
    private final List<Input> inputs = new ArrayList<>();
    private final Set<String> outputs = new HashSet<>();
    private @Nullable String id;

    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    private record Input(String name, String datatype, long[] shape, boolean hasData) {}

    /** What is done with the values of an input; must read them to their end. */
    private interface Values {
        void read(int input, JsonParser in) throws IOException, InferenceException;
    }

    private InferRequest(byte[] body) {
        this.body = body;
    }

    /**
     * Reads everything but the values.
     *
     * @throws IOException not JSON
     * @throws InferenceException JSON of another form
     */
    static InferRequest parse(byte[] body) throws IOException, InferenceException {
        InferRequest request = new InferRequest(body);
        request.walk(true, (input, in) -> in.skipChildren());
        return request;
    }

    /** The caller's name for the request. */
    @Nullable
    String id() {
        return id;
    }

    /** Whether the caller wants this output; without a list it wants all. */
    boolean wants(String output) {
        return outputs.isEmpty() || outputs.contains(output);
    }

    /** An output that the caller wants and the model lacks; null if there is none. */
    @Nullable
    String unknownOutput(List<TensorSpec> specs) {
        return outputs.stream()
                .filter(name -> specs.stream().noneMatch(spec -> spec.name().equals(name)))
                .findFirst()
                .orElse(null);
    }

    /** The shapes in the order of the model's inputs; every input must be there once, with the model's type. */
    List<long[]> shapes(List<TensorSpec> specs) throws InferenceException {
        for (int i = 0; i < inputs.size(); i++) {
            String name = inputs.get(i).name();
            if (specs.stream().noneMatch(spec -> spec.name().equals(name))) {
                throw InferenceException.badInput(
                        "inputs[" + i + "].name = '" + name + "': the model has no such input");
            }
        }
        List<long[]> shapes = new ArrayList<>();
        for (TensorSpec spec : specs) {
            Input input = inputs.get(indexOf(spec));
            if (!input.datatype().equals(spec.type())) {
                throw InferenceException.badInput("input '" + spec.name() + "': datatype = '" + input.datatype()
                        + "'; the model takes " + spec.type());
            }
            if (!input.hasData()) {
                throw InferenceException.badInput("input '" + spec.name() + "': data is missing");
            }
            shapes.add(input.shape());
        }
        return shapes;
    }

    private int indexOf(TensorSpec spec) throws InferenceException {
        int found = -1;
        for (int i = 0; i < inputs.size(); i++) {
            if (inputs.get(i).name().equals(spec.name())) {
                if (found >= 0) {
                    throw InferenceException.badInput("input '" + spec.name() + "' is there twice");
                }
                found = i;
            }
        }
        if (found < 0) {
            throw InferenceException.badInput("input '" + spec.name() + "' is missing");
        }
        return found;
    }

    /** Writes the values into the buffers of the model's inputs. */
    void fill(Frame frame, List<TensorSpec> specs) throws IOException, InferenceException {
        int[] modelIndex = new int[inputs.size()];
        for (int i = 0; i < specs.size(); i++) {
            modelIndex[indexOf(specs.get(i))] = i;
        }
        walk(false, (input, in) -> {
            int index = modelIndex[input];
            fill(in, frame.input(index), specs.get(index));
        });
    }

    private static void fill(JsonParser in, ByteBuffer target, TensorSpec spec) throws IOException, InferenceException {
        requireToken(in, JsonToken.START_ARRAY, "input '" + spec.name() + "': data", "a list of values");
        int depth = 1;
        while (depth > 0) {
            JsonToken token = in.nextToken();
            if (token == JsonToken.START_ARRAY) {
                depth++;
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
            } else if (!target.hasRemaining()) {
                throw InferenceException.badInput("input '" + spec.name() + "': data has more values than shape says");
            } else {
                TensorValues.put(in, target, spec);
            }
        }
        if (target.hasRemaining()) {
            throw InferenceException.badInput("input '" + spec.name() + "': data has fewer values than shape says");
        }
    }

    private void walk(boolean first, Values values) throws IOException, InferenceException {
        try (JsonParser in = JSON.createParser(body)) {
            in.nextToken();
            requireToken(in, JsonToken.START_OBJECT, "the body", "a JSON object");
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String field = in.currentName();
                in.nextToken();
                switch (field) {
                    case "inputs" -> walkInputs(in, first, values);
                    case "outputs" -> readOutputs(in);
                    case "id" -> id = in.getValueAsString();
                    default -> in.skipChildren();
                }
            }
        }
    }

    private void walkInputs(JsonParser in, boolean first, Values values) throws IOException, InferenceException {
        requireToken(in, JsonToken.START_ARRAY, "inputs", "a list");
        for (int i = 0; in.nextToken() != JsonToken.END_ARRAY; i++) {
            requireToken(in, JsonToken.START_OBJECT, "inputs[" + i + "]", "an object");
            Input input = walkInput(in, i, values);
            if (first) {
                inputs.add(input);
            }
        }
    }

    private static Input walkInput(JsonParser in, int number, Values values) throws IOException, InferenceException {
        String name = "";
        String datatype = "";
        long[] shape = {};
        boolean hasData = false;
        while (in.nextToken() != JsonToken.END_OBJECT) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "name" -> name = in.getValueAsString("");
                case "datatype" -> datatype = in.getValueAsString("");
                case "shape" -> shape = readShape(in, "inputs[" + number + "].shape");
                case "data" -> {
                    values.read(number, in);
                    hasData = true;
                }
                default -> in.skipChildren();
            }
        }
        return new Input(name, datatype, shape, hasData);
    }

    private static long[] readShape(JsonParser in, String field) throws IOException, InferenceException {
        requireToken(in, JsonToken.START_ARRAY, field, "a list of whole numbers");
        List<Long> shape = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            requireToken(in, JsonToken.VALUE_NUMBER_INT, field + "[" + shape.size() + "]", "a whole number");
            shape.add(in.getLongValue());
        }
        return shape.stream().mapToLong(Long::longValue).toArray();
    }

    private void readOutputs(JsonParser in) throws IOException, InferenceException {
        requireToken(in, JsonToken.START_ARRAY, "outputs", "a list");
        for (int i = 0; in.nextToken() != JsonToken.END_ARRAY; i++) {
            requireToken(in, JsonToken.START_OBJECT, "outputs[" + i + "]", "an object");
            while (in.nextToken() != JsonToken.END_OBJECT) {
                String field = in.currentName();
                in.nextToken();
                if (field.equals("name")) {
                    outputs.add(in.getValueAsString(""));
                } else {
                    in.skipChildren();
                }
            }
        }
    }

    private static void requireToken(JsonParser in, JsonToken wanted, String field, String what)
            throws IOException, InferenceException {
        if (in.currentToken() != wanted) {
            throw InferenceException.badInput(field + " must be " + what);
        }
    }
}
