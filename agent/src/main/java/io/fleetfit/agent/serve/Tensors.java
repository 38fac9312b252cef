package io.fleetfit.agent.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.fleetfit.agent.runtime.Frame;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.Served;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** Inference by the Open Inference Protocol v2 in its JSON form. */
final class Tensors {
    private static final JsonFactory JSON = new JsonFactory();

    private Tensors() {}

    /**
     * The answer to a request, as JSON.
     *
     * @throws IOException the body is no JSON
     */
    static byte[] infer(Served served, byte[] body) throws IOException, InferenceException {
        LoadedModel model = served.model();
        InferRequest request = InferRequest.parse(body);
        List<long[]> shapes = request.shapes(model.inputs());
        String unknown = request.unknownOutput(model.outputs());
        if (unknown != null) {
            throw InferenceException.badInput("outputs: the model has no output '" + unknown + "'");
        }
        try (Frame frame = model.borrow(shapes)) {
            request.fill(frame, model.inputs());
            served.run(frame);
            recordTopClass(served, frame);
            return answer(served, request, frame);
        }
    }

    private static void recordTopClass(Served served, Frame frame) {
        LoadedModel model = served.model();
        if (served.manifest().contract().task() != ModelContract.Task.CLASSIFICATION
                || !model.outputs().get(0).type().equals("FP32")
                || frame.outputShape(0).length == 0
                || frame.outputShape(0).length > 2) {
            return;
        }
        ByteBuffer scores = frame.output(0);
        int count = (int) frame.outputShape(0)[frame.outputShape(0).length - 1];
        for (int row = 0; count > 0 && row + count <= scores.capacity() / Float.BYTES; row += count) {
            int top = 0;
            for (int i = 1; i < count; i++) {
                top = scores.getFloat((row + i) * Float.BYTES) > scores.getFloat((row + top) * Float.BYTES) ? i : top;
            }
            served.recorder().topClass(top, count);
        }
    }

    private static byte[] answer(Served served, InferRequest request, Frame frame)
            throws IOException, InferenceException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
        try (JsonGenerator out = JSON.createGenerator(bytes)) {
            out.writeStartObject();
            out.writeStringField("model_name", served.manifest().model());
            out.writeStringField("model_version", served.manifest().version());
            if (request.id() != null) {
                out.writeStringField("id", request.id());
            }
            out.writeArrayFieldStart("outputs");
            List<TensorSpec> specs = served.model().outputs();
            for (int i = 0; i < specs.size(); i++) {
                if (request.wants(specs.get(i).name())) {
                    write(specs.get(i), frame, i, out);
                }
            }
            out.writeEndArray();
            out.writeEndObject();
        }
        return bytes.toByteArray();
    }

    private static void write(TensorSpec spec, Frame frame, int index, JsonGenerator out)
            throws IOException, InferenceException {
        out.writeStartObject();
        out.writeStringField("name", spec.name());
        out.writeStringField("datatype", spec.type());
        long[] shape = frame.outputShape(index);
        out.writeFieldName("shape");
        out.writeArray(shape, 0, shape.length);
        out.writeArrayFieldStart("data");
        TensorValues.write(frame.output(index), spec, out);
        out.writeEndArray();
        out.writeEndObject();
    }
}
