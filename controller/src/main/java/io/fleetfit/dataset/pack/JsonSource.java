package io.fleetfit.dataset.pack;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.protocol.TensorSpec;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An object a line: {@code {"file": "a.jpg"}} or {@code {"inputs": {"x": [[…]]}}}, with {@code "label": 3} or {@code "cat"}, or
 * {@code "boxes": [{"label": "cat", "box": [left, top, right, bottom]}]} as shares of the picture, or as pixels with
 * {@code "unit": "pixels"}, and {@code "id"} and {@code "split"} where wanted.
 */
final class JsonSource implements Source {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<String> FIELDS = Set.of("id", "file", "inputs", "label", "boxes", "unit", "split");
    private static final int SIDES = 4;

    private final Path folder;
    private final String name;
    private final BufferedReader in;
    private final Content content;
    private final List<TensorSpec> inputs;
    private int line;

    private JsonSource(Path folder, Path list, Content content, List<TensorSpec> inputs) throws IOException {
        this.folder = folder;
        this.name = String.valueOf(list.getFileName());
        this.in = Files.newBufferedReader(list);
        this.content = content;
        this.inputs = inputs;
    }

    /** The first sample says what all are. */
    static JsonSource open(Path folder, Path list) throws IOException, BadDataSet {
        try (JsonSource probe = new JsonSource(folder, list, Content.PICTURES, List.of())) {
            JsonNode first = probe.object();
            if (first == null) {
                throw new BadDataSet(list.getFileName() + " is empty; write an object for each sample on its line");
            }
            if (first.has("file")) {
                return new JsonSource(folder, list, Content.PICTURES, List.of());
            }
            List<TensorSpec> inputs = new ArrayList<>();
            for (Map.Entry<String, JsonNode> input : probe.named(first).entrySet()) {
                inputs.add(new TensorSpec(input.getKey(), "FP32", JsonArrays.shape(input.getValue())));
            }
            return new JsonSource(folder, list, Content.TENSORS, inputs);
        }
    }

    private @Nullable JsonNode object() throws IOException, BadDataSet {
        try {
            for (String text = in.readLine(); text != null; text = in.readLine()) {
                line++;
                if (!text.isBlank()) {
                    JsonNode node = JSON.readTree(text);
                    if (!node.isObject()) {
                        throw new BadDataSet(at() + " is no JSON object; write {\"file\": …} or {\"inputs\": …}");
                    }
                    for (Map.Entry<String, JsonNode> field : node.properties()) {
                        if (!FIELDS.contains(field.getKey())) {
                            throw new BadDataSet(at() + " has the field '" + field.getKey() + "'; known are id, file,"
                                    + " inputs, label, boxes, unit and split");
                        }
                    }
                    return node;
                }
            }
            return null;
        } catch (JsonProcessingException e) {
            throw new BadDataSet(at() + " is no JSON: " + e.getOriginalMessage(), e);
        } catch (CharacterCodingException e) {
            throw new BadDataSet(name + " line " + (line + 1) + " is not UTF-8; save the file as UTF-8", e);
        }
    }

    private String at() {
        return name + " line " + line;
    }

    @Override
    public @Nullable RawSample next() throws IOException, BadDataSet {
        JsonNode node = object();
        if (node == null) {
            return null;
        }
        if (node.has("file") != (content == Content.PICTURES)) {
            throw new BadDataSet(at() + " mixes files and inputs in one set; make two sets of them");
        }
        Path picture = content == Content.PICTURES ? picture(node) : null;
        String id = node.path("id").asText(node.path("file").asText(Integer.toString(line)));
        return new RawSample(
                id,
                line,
                picture,
                picture == null ? tensors(node) : null,
                node.hasNonNull("label") ? label(node.get("label")) : null,
                node.hasNonNull("boxes") ? boxes(node) : null,
                node.hasNonNull("split") ? node.get("split").asText() : null);
    }

    private Path picture(JsonNode node) throws BadDataSet {
        Path file = folder.resolve(node.get("file").asText());
        if (!Files.isRegularFile(file)) {
            throw new BadDataSet(at() + ": there is no file '" + file + "'; correct the name or remove the line");
        }
        return file;
    }

    /** Inputs by name; an array alone is the only input. */
    private Map<String, JsonNode> named(JsonNode node) throws BadDataSet {
        JsonNode given = node.path("inputs");
        Map<String, JsonNode> named = new TreeMap<>();
        if (given.isArray()) {
            named.put("input", given);
        } else {
            given.properties().forEach(input -> named.put(input.getKey(), input.getValue()));
        }
        if (named.isEmpty()) {
            throw new BadDataSet(at() + " has neither 'file' nor 'inputs'");
        }
        return named;
    }

    private Map<String, byte[]> tensors(JsonNode node) throws BadDataSet {
        Map<String, byte[]> tensors = new TreeMap<>();
        for (Map.Entry<String, JsonNode> input : named(node).entrySet()) {
            tensors.put(input.getKey(), JsonArrays.npy(input.getValue(), at() + " input '" + input.getKey() + "'"));
        }
        return tensors;
    }

    private RawSample.Label label(JsonNode node) throws BadDataSet {
        if (node.isTextual() && !node.asText().isBlank()) {
            return new RawSample.Label(null, node.asText());
        }
        if (node.isInt() && node.asInt() >= 0) {
            return new RawSample.Label(node.asInt(), null);
        }
        throw new BadDataSet(at() + " has the label " + node + "; a label is a number of 0 or more, or a name");
    }

    private List<RawSample.Box> boxes(JsonNode node) throws BadDataSet {
        String unit = node.path("unit").asText("share");
        if (!unit.equals("share") && !unit.equals("pixels")) {
            throw new BadDataSet(at() + " has the unit '" + unit + "'; it is share or pixels");
        }
        List<RawSample.Box> boxes = new ArrayList<>();
        for (JsonNode each : node.get("boxes")) {
            JsonNode sides = each.path("box");
            boolean proper = sides.size() == SIDES;
            for (JsonNode side : sides) {
                proper &= side.isNumber();
            }
            if (!proper || !each.hasNonNull("label")) {
                throw new BadDataSet(
                        at() + " has the box " + each + "; write {\"label\": …, \"box\": [left, top, right, bottom]}");
            }
            boxes.add(new RawSample.Box(
                    label(each.get("label")),
                    sides.get(0).asDouble(),
                    sides.get(1).asDouble(),
                    sides.get(2).asDouble(),
                    sides.get(3).asDouble(),
                    unit.equals("pixels")));
        }
        return boxes;
    }

    @Override
    public Content content() {
        return content;
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public long expected() {
        return 0;
    }

    @Override
    public long skipped() {
        return 0;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
