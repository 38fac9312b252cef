package io.fleetfit.protocol;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdScalarDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.StdScalarSerializer;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * JSON form of the messages: UTF-8, instants as RFC 3339 text, absent fields left out, unknown fields ignored, an
 * unknown major version refused.
 */
public final class JsonCodec {
    private static final ObjectMapper MAPPER = JsonMapper.builder()
            .addModule(new SimpleModule("instants")
                    .addSerializer(Instant.class, new InstantWriter())
                    .addDeserializer(Instant.class, new InstantReader()))
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.NON_NULL))
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .build();

    private JsonCodec() {}

    /** The UTF-8 JSON of a message. */
    public static byte[] encode(Object message) {
        try {
            return MAPPER.writeValueAsBytes(message);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(
                    "cannot write " + message.getClass().getSimpleName(), e);
        }
    }

    /**
     * Reads a message.
     *
     * @throws ProtocolException {@link ErrorCode#NETWORK_BAD_MESSAGE} when it is no such message or its major version is
     *     unknown
     */
    public static <T> T decode(byte[] json, Class<T> type) throws ProtocolException {
        try {
            JsonNode tree = MAPPER.readTree(json);
            if (tree == null || !tree.isObject()) {
                throw bad(type, "not a JSON object", null);
            }
            JsonNode version = tree.get("protocol");
            if (version != null && !major(version.asText()).equals(major(Protocol.VERSION))) {
                throw bad(
                        type,
                        "protocol version " + version.asText() + " is not understood; this side speaks "
                                + Protocol.VERSION,
                        null);
            }
            String missing = RequiredFields.firstMissing(tree, type);
            if (missing != null) {
                throw bad(type, "field '" + missing + "' is missing", null);
            }
            return MAPPER.treeToValue(tree, type);
        } catch (IOException | RuntimeException e) {
            throw bad(type, firstLine(e), e);
        }
    }

    /** The mapper itself, for formats that embed protocol records (YAML contracts, REST bodies). */
    public static ObjectMapper mapper() {
        return MAPPER.copy();
    }

    private static String major(String version) {
        int dot = version.indexOf('.');
        return dot < 0 ? version : version.substring(0, dot);
    }

    private static String firstLine(Exception e) {
        String message = e instanceof JsonProcessingException json ? json.getOriginalMessage() : e.getMessage();
        return message == null
                ? e.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }

    private static ProtocolException bad(
            Class<?> type, String why, @org.jspecify.annotations.Nullable Exception cause) {
        String text = "not a " + type.getSimpleName() + ": " + why;
        return cause == null
                ? new ProtocolException(ErrorCode.NETWORK_BAD_MESSAGE, text)
                : new ProtocolException(ErrorCode.NETWORK_BAD_MESSAGE, text, cause);
    }

    private static final class InstantWriter extends StdScalarSerializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantWriter() {
            super(Instant.class);
        }

        @Override
        public void serialize(Instant value, JsonGenerator out, SerializerProvider provider) throws IOException {
            out.writeString(value.toString());
        }
    }

    private static final class InstantReader extends StdScalarDeserializer<Instant> {
        private static final long serialVersionUID = 1L;

        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser in, DeserializationContext context) throws IOException {
            String text = in.getText();
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                return (Instant) context.handleWeirdStringValue(Instant.class, text, "not an RFC 3339 instant");
            }
        }
    }
}
