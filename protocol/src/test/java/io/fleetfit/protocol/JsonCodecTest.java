package io.fleetfit.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class JsonCodecTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TestFactory
    Iterable<DynamicTest> every_message_survives_a_round_trip() {
        return MessageSamples.all().entrySet().stream()
                .map(sample -> DynamicTest.dynamicTest(sample.getKey(), () -> {
                    byte[] wire = JsonCodec.encode(sample.getValue());

                    Object back = JsonCodec.decode(wire, sample.getValue().getClass());

                    assertThat(back).isEqualTo(sample.getValue());
                }))
                .toList();
    }

    @TestFactory
    Iterable<DynamicTest> every_message_reads_and_writes_as_its_released_form() {
        return MessageSamples.all().entrySet().stream()
                .map(sample -> DynamicTest.dynamicTest(sample.getKey(), () -> {
                    byte[] golden = golden(sample.getKey() + ".json");

                    Object read = JsonCodec.decode(golden, sample.getValue().getClass());

                    assertThat(read).isEqualTo(sample.getValue());
                    assertThat(JSON.readTree(JsonCodec.encode(read))).isEqualTo(JSON.readTree(golden));
                }))
                .toList();
    }

    @Test
    void unknown_fields_are_ignored_at_every_depth() throws Exception {
        ObjectNode tree = (ObjectNode) JSON.readTree(JsonCodec.encode(MessageSamples.hello()));
        tree.put("colour", "blue");
        ((ObjectNode) tree.get("capabilities")).putObject("future").put("x", 1);

        Hello read = JsonCodec.decode(JSON.writeValueAsBytes(tree), Hello.class);

        assertThat(read).isEqualTo(MessageSamples.hello());
    }

    @Test
    void a_newer_minor_version_is_read() throws Exception {
        Presence read = JsonCodec.decode(with("protocol", "1.9"), Presence.class);

        assertThat(read.deviceId()).isEqualTo("pi-1");
    }

    @Test
    void another_major_version_is_refused_with_both_versions() throws IOException {
        byte[] wire = with("protocol", "2.0");

        assertThatThrownBy(() -> JsonCodec.decode(wire, Presence.class))
                .isInstanceOfSatisfying(ProtocolException.class, refused -> assertThat(refused.code())
                        .isEqualTo(ErrorCode.NETWORK_BAD_MESSAGE))
                .hasMessageContaining("2.0")
                .hasMessageContaining(Protocol.VERSION);
    }

    @Test
    void a_missing_field_is_named_with_its_path() throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(JsonCodec.encode(MessageSamples.hello()));
        ((ObjectNode) tree.get("capabilities")).remove("arch");
        byte[] wire = JSON.writeValueAsBytes(tree);

        assertThatThrownBy(() -> JsonCodec.decode(wire, Hello.class)).hasMessageContaining("capabilities.arch");
    }

    @Test
    void a_missing_version_is_refused() throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(JsonCodec.encode(MessageSamples.presence()));
        tree.remove("protocol");
        byte[] wire = JSON.writeValueAsBytes(tree);

        assertThatThrownBy(() -> JsonCodec.decode(wire, Presence.class)).hasMessageContaining("protocol");
    }

    @Test
    void a_missing_list_is_an_error_of_the_message_and_not_a_crash() throws IOException {
        ObjectNode tree = (ObjectNode) JSON.readTree(JsonCodec.encode(MessageSamples.desired()));
        tree.remove("assignments");
        byte[] wire = JSON.writeValueAsBytes(tree);

        assertThatThrownBy(() -> JsonCodec.decode(wire, DesiredState.class))
                .isInstanceOf(ProtocolException.class)
                .hasMessageContaining("assignments");
    }

    @Test
    void garbage_is_a_typed_error() {
        for (String garbage : new String[] {"", "[]", "7", "null", "{", "<html>", "{\"protocol\":7}"}) {
            assertThatThrownBy(() -> JsonCodec.decode(garbage.getBytes(StandardCharsets.UTF_8), Presence.class))
                    .as(garbage)
                    .isInstanceOf(ProtocolException.class);
        }
    }

    private static byte[] with(String field, String value) throws IOException {
        JsonNode tree = JSON.readTree(JsonCodec.encode(MessageSamples.presence()));
        return JSON.writeValueAsBytes(((ObjectNode) tree).put(field, value));
    }

    static byte[] golden(String name) throws IOException {
        try (InputStream in = Objects.requireNonNull(
                JsonCodecTest.class.getResourceAsStream("/golden/v1/" + name), "golden file " + name)) {
            return in.readAllBytes();
        }
    }
}
