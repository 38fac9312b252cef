package io.fleetfit.agent.serve;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.fleetfit.agent.runtime.DataTypes;
import io.fleetfit.agent.runtime.InferenceException;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.nio.ByteBuffer;

/** Values of a tensor as JSON: each is checked against the range of its type, nothing wraps round. */
final class TensorValues {
    private TensorValues() {}

    /** Writes the value that the parser stands on. */
    static void put(JsonParser in, ByteBuffer target, TensorSpec spec) throws IOException, InferenceException {
        switch (spec.type()) {
            case "FP32" -> target.putFloat(single(in, spec));
            case "FP64" -> target.putDouble(number(in, spec));
            case "FP16", "BF16" -> target.putShort(DataTypes.toHalf(spec.type(), single(in, spec)));
            case "INT64" -> target.putLong(whole(in, spec, Long.MIN_VALUE, Long.MAX_VALUE));
            case "INT32" -> target.putInt((int) whole(in, spec, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case "INT16" -> target.putShort((short) whole(in, spec, Short.MIN_VALUE, Short.MAX_VALUE));
            case "INT8" -> target.put((byte) whole(in, spec, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case "UINT8" -> target.put((byte) whole(in, spec, 0, 255));
            case "BOOL" -> target.put((byte) (truth(in, spec) ? 1 : 0));
            default ->
                throw InferenceException.badInput(
                        "input '" + spec.name() + "': datatype " + spec.type() + " has no JSON form");
        }
    }

    private static float single(JsonParser in, TensorSpec spec) throws IOException, InferenceException {
        float value = (float) number(in, spec);
        if (!Float.isFinite(value)) {
            throw refused(in, spec);
        }
        return value;
    }

    private static double number(JsonParser in, TensorSpec spec) throws IOException, InferenceException {
        if (!in.currentToken().isNumeric()) {
            throw refused(in, spec);
        }
        return in.getDoubleValue();
    }

    private static long whole(JsonParser in, TensorSpec spec, long least, long most)
            throws IOException, InferenceException {
        if (in.currentToken() != JsonToken.VALUE_NUMBER_INT
                || in.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                || in.getLongValue() < least
                || in.getLongValue() > most) {
            throw refused(in, spec);
        }
        return in.getLongValue();
    }

    private static boolean truth(JsonParser in, TensorSpec spec) throws IOException, InferenceException {
        return in.currentToken().isBoolean() ? in.getBooleanValue() : whole(in, spec, 0, 1) == 1;
    }

    private static InferenceException refused(JsonParser in, TensorSpec spec) throws IOException {
        String text = in.getText();
        return InferenceException.badInput("input '" + spec.name() + "': data holds '"
                + text.substring(0, Math.min(40, text.length())) + "', which is no " + spec.type());
    }

    /** Writes what is left in the buffer as the values of a JSON list. */
    static void write(ByteBuffer values, TensorSpec spec, JsonGenerator out) throws IOException, InferenceException {
        while (values.hasRemaining()) {
            switch (spec.type()) {
                case "FP32" -> out.writeNumber(values.getFloat());
                case "FP64" -> out.writeNumber(values.getDouble());
                case "FP16", "BF16" -> out.writeNumber(DataTypes.fromHalf(spec.type(), values.getShort()));
                case "INT64" -> out.writeNumber(values.getLong());
                case "INT32" -> out.writeNumber(values.getInt());
                case "INT16" -> out.writeNumber(values.getShort());
                case "INT8" -> out.writeNumber((int) values.get());
                case "UINT8" -> out.writeNumber(values.get() & 0xff);
                case "BOOL" -> out.writeBoolean(values.get() != 0);
                default ->
                    throw InferenceException.badInput(
                            "output '" + spec.name() + "': datatype " + spec.type() + " has no JSON form");
            }
        }
    }
}
