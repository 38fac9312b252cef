package io.fleetfit.protocol;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Writes the golden file of each message that has none yet; released files stay as they are. */
final class GoldenWriter {
    private GoldenWriter() {}

    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        ObjectMapper json = new ObjectMapper();
        for (Map.Entry<String, Object> sample : MessageSamples.all().entrySet()) {
            Path file = directory.resolve(sample.getKey() + ".json");
            if (!Files.exists(file)) {
                String text = json.writerWithDefaultPrettyPrinter()
                        .writeValueAsString(json.readTree(JsonCodec.encode(sample.getValue())));
                Files.writeString(file, text + "\n");
            }
        }
        Path index = directory.resolve("chunk-index.bin");
        if (!Files.exists(index)) {
            ChunkIndex two = new ChunkIndex(List.of(
                    new ChunkIndex.Chunk(Digest.of(new byte[] {1}), 70_000),
                    new ChunkIndex.Chunk(Digest.of(new byte[] {2}), 5)));
            Files.write(index, two.encode());
        }
    }
}
