package io.fleetfit.deploy.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The demo's model and pictures for the benches. */
public final class DemoPictures {
    private static final long SEED = 21;

    private DemoPictures() {}

    /** The model's file, copied into the folder. */
    public static Path model(Path folder) throws IOException {
        return DemoModel.extract(folder);
    }

    /** The model's contract. */
    public static JsonNode contract() throws IOException {
        return new ObjectMapper().readTree(DemoModel.CONTRACT);
    }

    /** Rendered lines as PNG files. */
    public static List<byte[]> pictures(int count) {
        return new LineImages()
                .render(count, SEED).stream().map(LineImages.Line::png).toList();
    }
}
