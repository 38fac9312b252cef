package io.fleetfit.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.dataset.file.DataSetWriter;
import io.fleetfit.dataset.file.NpyBytes;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetCheckTest {
    @TempDir
    private Path folder;

    @Test
    void a_picture_that_cannot_be_decoded_is_named_with_its_line() throws Exception {
        Path file = folder.resolve("set.zip");
        try (DataSetWriter writer = new DataSetWriter(file, Content.PICTURES, List.of())) {
            int cat = writer.classIndex(null, "cat");
            writer.picture(row("holiday/cat.jpg", cat, 17), new byte[] {1, 2, 3}, "jpg");
            writer.finish();
        }

        refused(file, "'holiday/cat.jpg' (line 17 of its list)", "neither JPEG nor PNG");
    }

    @Test
    void numbers_that_are_none_and_other_shapes_are_refused() throws Exception {
        refused(tensors(new float[] {1, Float.NaN}), "sample '0'", "NaN at element 1");
        refused(tensors(new float[] {1, 2}, new float[] {1, 2, 3}), "sample '1'", "[3]", "[2]");
    }

    @Test
    void a_file_that_was_changed_is_refused() throws Exception {
        Path file = tensors(new float[] {1, 2}, new float[] {3, 4});
        assertThat(DataSetCheck.check(file, () -> {}).manifest().samples()).isEqualTo(2);

        refused(
                changed(file, "dataset.json", text -> text.replace("\"samples\":2", "\"samples\":3")),
                "3 samples",
                "2 samples");
        refused(changed(file, "dataset.json", text -> text.replace("\"version\":1", "\"version\":2")), "version 1");
        refused(changed(file, "dataset.json", text -> "{"), "dataset.json is not understood");
        refused(changed(file, "samples.jsonl", text -> text.replace("00000001.0", "00000009.0")), "no entry");
        refused(changed(file, "samples.jsonl", text -> text.replace("\"label\":0", "\"label\":4")), "class 4");
        refused(changed(file, "samples.jsonl", text -> text + "null\n"), "line 3");
        refused(
                changed(file, "samples.jsonl", text -> text.replace("\"id\":\"1\"", "\"id\":\"1\",\"split\":\"a/b\"")),
                "split 'a/b'");
    }

    @Test
    void other_files_are_refused() throws Exception {
        refused(Files.writeString(folder.resolve("page"), "<html>"), "no data set");
        refused(Files.write(folder.resolve("empty"), new byte[0]), "no data set");
        byte[] whole = Files.readAllBytes(tensors(new float[] {1, 2}));
        refused(Files.write(folder.resolve("half"), Arrays.copyOf(whole, whole.length / 2)), "no data set");
        Path other = folder.resolve("other.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(other))) {
            zip.putNextEntry(new ZipEntry("readme.txt"));
        }
        refused(other, "no entry 'dataset.json'");
        Path deflated = folder.resolve("deflated.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(deflated))) {
            zip.putNextEntry(new ZipEntry("dataset.json"));
            zip.write(new byte[1000]);
        }
        refused(deflated, "compressed");
    }

    private void refused(Path file, String... says) {
        assertThatThrownBy(() -> DataSetCheck.check(file, () -> {}))
                .isInstanceOfSatisfying(
                        ModelRefused.class, it -> assertThat(it.code()).isEqualTo(ModelRefused.Code.DATA_SET))
                .hasMessageContainingAll(says);
    }

    private Path tensors(float[]... samples) throws Exception {
        Path file = folder.resolve("tensors.zip");
        TensorSpec input = new TensorSpec("x", "FP32", List.of((long) samples[0].length));
        try (DataSetWriter writer = new DataSetWriter(file, Content.TENSORS, List.of(input))) {
            for (int i = 0; i < samples.length; i++) {
                int label = writer.classIndex(0, null);
                byte[] npy = NpyBytes.of(List.of((long) samples[i].length), samples[i]);
                writer.tensors(row(Integer.toString(i), label, null), Map.of("x", npy));
            }
            writer.finish();
        }
        return file;
    }

    private static SampleRow row(String id, int label, @Nullable Integer line) {
        return new SampleRow(id, null, null, label, null, null, line);
    }

    private Path changed(Path file, String name, UnaryOperator<String> change) throws IOException {
        Path copy = Files.createTempFile(folder, "changed", ".zip");
        try (ZipFile zip = new ZipFile(file.toFile());
                OutputStream out = Files.newOutputStream(copy);
                ZipOutputStream target = new ZipOutputStream(out)) {
            for (ZipEntry entry : java.util.Collections.list(zip.entries())) {
                byte[] bytes = zip.getInputStream(entry).readAllBytes();
                if (entry.getName().equals(name)) {
                    String text = new String(bytes, StandardCharsets.UTF_8);
                    bytes = change.apply(text).getBytes(StandardCharsets.UTF_8);
                    assertThat(bytes).isNotEqualTo(text.getBytes(StandardCharsets.UTF_8));
                }
                CRC32 crc = new CRC32();
                crc.update(bytes);
                ZipEntry stored = new ZipEntry(entry.getName());
                stored.setMethod(ZipEntry.STORED);
                stored.setSize(bytes.length);
                stored.setCrc(crc.getValue());
                target.putNextEntry(stored);
                target.write(bytes);
            }
        }
        return copy;
    }
}
