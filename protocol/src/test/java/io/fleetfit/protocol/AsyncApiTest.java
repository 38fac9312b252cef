package io.fleetfit.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The AsyncAPI document says what the code does. */
class AsyncApiTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private final JsonNode document = document();

    @Test
    void its_schemas_are_the_records_with_their_required_fields() {
        Map<String, List<WireTypes.Field>> described = new TreeMap<>();
        document.at("/components/schemas").properties().forEach(schema -> {
            if (schema.getValue().path("type").asText().equals("object")) {
                described.put(schema.getKey(), fields(schema.getValue()));
            }
        });

        assertThat(described).isEqualTo(WireTypes.all());
    }

    private static List<WireTypes.Field> fields(JsonNode schema) {
        Set<String> required = new TreeSet<>();
        schema.path("required").forEach(name -> required.add(name.asText()));
        List<WireTypes.Field> fields = new ArrayList<>();
        schema.path("properties")
                .fieldNames()
                .forEachRemaining(name -> fields.add(new WireTypes.Field(name, required.contains(name))));
        return fields;
    }

    @Test
    void its_enums_are_those_of_the_code() {
        assertThat(values("UpdateError", "code")).isEqualTo(names(ErrorCode.values()));
        assertThat(values("SlotReport", "state")).isEqualTo(names(UpdateState.values()));
        assertThat(values("ChunkRequest", "kind")).isEqualTo(names(ChunkRequest.Kind.values()));
        assertThat(values("ModelContract", "task")).isEqualTo(names(ModelContract.Task.values()));
        assertThat(values("ImageInput", "resize")).isEqualTo(names(ImageInput.Resize.values()));
        assertThat(values("ImageInput", "layout")).isEqualTo(names(ImageInput.Layout.values()));
        assertThat(values("ImageInput", "channels")).isEqualTo(names(ImageInput.Channels.values()));
        assertThat(values("ExecutionSettings", "optimization"))
                .isEqualTo(names(ExecutionSettings.Optimization.values()));
        assertThat(values("Qualification", "outcome")).isEqualTo(names(Qualification.Outcome.values()));
        assertThat(values("ProbeReport", "cause")).isEqualTo(names(ProbeReport.Cause.values()));
    }

    @Test
    void its_channels_are_the_topics_each_used_in_its_direction() {
        Map<String, String> described = new TreeMap<>();
        document.path("operations").forEach(operation -> {
            JsonNode channel = resolve(operation.path("channel"));
            described.put(
                    channel.path("address").asText(), operation.path("action").asText());
            assertThat(operation.at("/bindings/mqtt/qos").asInt()).isEqualTo(1);
            operation.path("messages").forEach(message -> assertThat(
                            resolve(resolve(message)).path("payload").isMissingNode())
                    .as("%s", message)
                    .isFalse());
        });

        Map<String, String> expected = new TreeMap<>();
        for (Topics.Up kind : Topics.Up.values()) {
            expected.put(Topics.up("ID", kind).replace("ID", "{deviceId}"), "send");
        }
        for (Topics.Down kind : Topics.Down.values()) {
            expected.put(Topics.down("ID", kind).replace("ID", "{deviceId}"), "receive");
        }
        expected.put(Topics.sharedChunks(MessageSamples.BLOB).replace(MessageSamples.BLOB.hex(), "{blob}"), "receive");
        assertThat(described).isEqualTo(expected);
        assertThat(document.path("channels")).hasSize(expected.size());
    }

    @TestFactory
    List<DynamicTest> every_example_is_valid_and_each_required_field_is_missed() {
        Map<String, Object> samples = MessageSamples.all();
        return samples.entrySet().stream()
                .map(sample -> DynamicTest.dynamicTest(sample.getKey(), () -> {
                    String type = sample.getValue().getClass().getSimpleName();
                    JsonSchema schema = schema(type);
                    ObjectNode golden = (ObjectNode) JSON.readTree(JsonCodecTest.golden(sample.getKey() + ".json"));

                    assertThat(schema.validate(golden)).isEmpty();
                    for (WireTypes.Field field : WireTypes.all().getOrDefault(type, List.of())) {
                        ObjectNode without = golden.deepCopy();
                        without.remove(field.name());
                        assertThat(schema.validate(without).isEmpty())
                                .as("valid without %s", field.name())
                                .isEqualTo(!field.required());
                    }
                }))
                .toList();
    }

    /** The schema of one type, with the others beside it. */
    private JsonSchema schema(String type) {
        ObjectNode root = JSON.createObjectNode();
        root.set("components", document.path("components"));
        root.put("$ref", "#/components/schemas/" + type);
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V7).getSchema(root);
    }

    private List<String> values(String schema, String property) {
        List<String> values = new ArrayList<>();
        document.at("/components/schemas/" + schema + "/properties/" + property + "/enum")
                .forEach(value -> values.add(value.asText()));
        return values;
    }

    private static List<String> names(Enum<?>[] values) {
        List<String> names = new ArrayList<>();
        for (Enum<?> value : values) {
            names.add(value.name());
        }
        return names;
    }

    private JsonNode resolve(JsonNode node) {
        String reference = node.path("$ref").asText();
        JsonNode target = document.at(reference.substring(1));
        assertThat(target.isMissingNode()).as(reference).isFalse();
        return target;
    }

    private static JsonNode document() {
        try {
            return new ObjectMapper(new YAMLFactory())
                    .readTree(Path.of("asyncapi.yaml").toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
