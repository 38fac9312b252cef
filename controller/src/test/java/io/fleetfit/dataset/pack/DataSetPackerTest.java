package io.fleetfit.dataset.pack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.dataset.DataSetCheck;
import io.fleetfit.dataset.DataSetFacts;
import io.fleetfit.dataset.Lines;
import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetFile;
import io.fleetfit.dataset.file.DataSetManifest;
import io.fleetfit.dataset.file.DataSetManifest.ClassRow;
import io.fleetfit.dataset.file.DataSetManifest.TruthKind;
import io.fleetfit.dataset.file.NpyBytes;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.protocol.TensorSpec;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DataSetPackerTest {
    /** Written by numpy.savez_compressed: x of floats and shape (2, 3, 2), labels 1 and 0. */
    private static final String NPZ = "UEsDBC0AAAAIAAAAIQCMuU6j//////////8FABQAeC5ucHkBABAAsAAAAAAAAABqAAAAAAAAAJvsF+ob"
            + "EMnIUMZQrZ6SWpxcpG6loG6TZqKuo6Cell9UUpSYF59flJIKEndLzClOBYoXZyQWpAL5GkY6CsY6CkaaOgq1CuQBLgYwaLADEvYMDA5A"
            + "3ADEC4D4ABA/AGIGBwYGASBWAGIDBwBQSwMELQAAAAgAAAAhAIAxo4f//////////woAFABsYWJlbHMubnB5AQAQAIgAAAAAAAAASAAA"
            + "AAAAAACb7BfqGxDJyFDGUK2eklqcXKRupaBuk2mirqOgnpZfVFKUmBefX5SSChJ3S8wpTgWKF2ckFqQC+RpGOpo6CrUKFAAuRgYIAABQ"
            + "SwECLQMtAAAACAAAACEAjLlOo2oAAACwAAAABQAAAAAAAAAAAAAAgAEAAAAAeC5ucHlQSwECLQMtAAAACAAAACEAgDGjh0gAAACIAAAA"
            + "CgAAAAAAAAAAAAAAgAGhAAAAbGFiZWxzLm5weVBLBQYAAAAAAgACAGsAAAAlAQAAAAA=";

    @TempDir
    private Path folder;

    private Path pictures;

    @BeforeEach
    void pictures() throws Exception {
        pictures = Files.createDirectories(folder.resolve("pictures"));
        Random random = new Random(1);
        for (String name : List.of("a.png", "b.png", "c.png", "d.png")) {
            ImageIO.write(
                    Lines.line(random, false), "png", pictures.resolve(name).toFile());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.png\t3\tcat\tcalibration\nb.png\t1\tdog\ttest\nc.png\t3\tcat\ttest\n",
                "file\tclass\tname\tsplit\na.png\t3\tcat\tcalibration\nb.png\t1\tdog\ttest\nc.png\t3\tcat\ttest\n",
                "\uFEFFsplit,label,filename,class_name\r\ncalibration,3,a.png,cat\r\ntest,1,b.png,dog\r\ntest,3,c.png,cat\r\n",
                "# by hand\na.png,3,\"cat\",calibration\n\nb.png,1,dog,test\nc.png,3,cat,test",
                "a.png;3;calibration;cat\nb.png;1;test;dog\nc.png;3;test;cat\n"
            })
    void reads_tables_with_and_without_header(String table) throws Exception {
        Path list = Files.writeString(folder.resolve("list.csv"), table);

        DataSetManifest manifest = packed(pictures, list).manifest();

        assertThat(manifest.samples()).isEqualTo(3);
        assertThat(manifest.classes()).containsExactly(new ClassRow(3, "cat", 2), new ClassRow(1, "dog", 1));
        assertThat(manifest.splits()).isEqualTo(Map.of("calibration", 1L, "test", 2L));
        assertThat(rows()).extracting(SampleRow::id).containsExactly("a.png", "b.png", "c.png");
        assertThat(checked().manifest()).isEqualTo(manifest);
    }

    @Test
    void reads_names_alone_and_a_column_of_splits() throws Exception {
        Path list =
                Files.writeString(folder.resolve("list.tsv"), "a.png\tcat\tval\nb.png\tdog\ttrain\nc.png\t\ttrain\n");

        DataSetManifest manifest = packed(pictures, list).manifest();

        assertThat(manifest.classes()).containsExactly(new ClassRow(null, "cat", 1), new ClassRow(null, "dog", 1));
        assertThat(manifest.labelled()).isEqualTo(2);
        assertThat(manifest.splits()).isEqualTo(Map.of("train", 2L, "val", 1L));
    }

    @Test
    void finds_the_list_in_the_folder_and_shifts_numbers() throws Exception {
        Files.writeString(pictures.resolve("labels.tsv"), "a.png\t0\nb.png\t7\n");

        DataSetManifest manifest = DataSetPacker.pack(
                        new DataSetPacker.Order(pictures, null, Map.of(), 1), set(), samples -> {})
                .manifest();

        assertThat(manifest.classes()).containsExactly(new ClassRow(1, null, 1), new ClassRow(8, null, 1));
    }

    @Test
    void reads_folders_of_classes_and_of_splits() throws Exception {
        Path lines = Lines.write(folder.resolve("lines"), 3);
        Files.writeString(lines.resolve("turned/readme.txt"), "not a picture");
        Files.writeString(lines.resolve("turned/.hidden"), "");

        DataSetPacker.Packed flat = packed(lines, null);
        assertThat(flat.skipped()).isEqualTo(1);
        assertThat(flat.manifest().classes())
                .containsExactly(new ClassRow(null, "turned", 3), new ClassRow(null, "upright", 3));
        assertThat(rows().get(0).id()).isEqualTo("turned/0.png");

        Path deep = Files.createDirectories(folder.resolve("deep"));
        Files.move(lines, deep.resolve("val"));
        assertThat(packed(deep, null).manifest().splits()).isEqualTo(Map.of("val", 6L));
        DataSetManifest plain = packed(pictures, null).manifest();
        assertThat(plain.truth()).isEqualTo(TruthKind.NONE);
        assertThat(plain.samples()).isEqualTo(4);
    }

    @Test
    void the_same_data_gives_the_same_bytes_whatever_the_time_and_the_zone() throws Exception {
        TimeZone zone = TimeZone.getDefault();
        try {
            Path lines = Lines.write(folder.resolve("lines"), 3);
            packed(lines, null);
            byte[] first = Files.readAllBytes(set());
            Files.setLastModifiedTime(lines.resolve("turned/0.png"), FileTime.fromMillis(1_000_000_000_000L));
            TimeZone.setDefault(TimeZone.getTimeZone("Pacific/Auckland"));

            packed(lines, null);

            assertThat(Files.readAllBytes(set())).isEqualTo(first);
        } finally {
            TimeZone.setDefault(zone);
        }
    }

    @Test
    void reads_what_savez_wrote_and_arrays_with_labels_beside_them() throws Exception {
        Path npz = Files.write(folder.resolve("digits.npz"), Base64.getDecoder().decode(NPZ));

        DataSetManifest manifest = packed(npz, null).manifest();

        assertThat(manifest.inputs()).containsExactly(new TensorSpec("x", "FP32", List.of(3L, 2L)));
        assertThat(manifest.classes()).containsExactly(new ClassRow(1, null, 1), new ClassRow(0, null, 1));
        assertThat(checked().duplicates()).isZero();
        try (var left = Files.list(folder)) {
            assertThat(left).allMatch(path -> !path.getFileName().toString().startsWith("array"));
        }

        Path array = Files.write(folder.resolve("x.npy"), NpyBytes.of(List.of(3L, 2L), new float[] {1, 2, 1, 2, 3, 4}));
        Path names = Files.writeString(folder.resolve("y.txt"), "cat\ndog\ncat\n");
        DataSetManifest named = packed(array, names).manifest();
        assertThat(named.classes()).containsExactly(new ClassRow(null, "cat", 2), new ClassRow(null, "dog", 1));
        assertThat(checked().duplicates()).isEqualTo(1);
    }

    @Test
    void reads_lines_of_json_with_arrays_and_with_boxes() throws Exception {
        Path arrays = Files.writeString(folder.resolve("a.jsonl"), """
                {"inputs": {"x": [[1, 2], [3, 4.5]], "mask": [1, 0]}, "label": "cat"}

                {"id": "two", "inputs": {"mask": [1, 1], "x": [[0, 0], [1e-3, -1]]}, "label": "dog"}
                """);
        DataSetManifest manifest = packed(arrays, null).manifest();
        assertThat(manifest.inputs())
                .containsExactly(
                        new TensorSpec("mask", "FP32", List.of(2L)), new TensorSpec("x", "FP32", List.of(2L, 2L)));
        assertThat(rows()).extracting(SampleRow::id).containsExactly("1", "two");
        assertThat(checked().manifest()).isEqualTo(manifest);

        int width = ImageIO.read(pictures.resolve("a.png").toFile()).getWidth();
        Path boxes = Files.writeString(
                pictures.resolve("boxes.jsonl"),
                "{\"file\": \"a.png\", \"unit\": \"pixels\", \"boxes\": [{\"label\": \"face\", \"box\": [0, 12, "
                        + width + ", 24]}]}\n{\"file\": \"b.png\", \"boxes\": []}\n");
        assertThat(packed(boxes, null).manifest().truth()).isEqualTo(TruthKind.BOXES);
        assertThat(rows().get(0).boxes()).containsExactly(new SampleRow.BoxRow(0, 0, 0.25, 1, 0.5));
        assertThat(checked().manifest().labelled()).isEqualTo(2);
    }

    @Test
    void deals_each_class_out_by_shares() throws Exception {
        Path lines = Lines.write(folder.resolve("lines"), 10);

        DataSetPacker.pack(
                new DataSetPacker.Order(lines, null, Map.of("calibration", 0.2, "validation", 0.5), 0), set(), n -> {});

        for (int label : new int[] {0, 1}) {
            assertThat(rows().stream()
                            .filter(row -> row.label() != null && row.label() == label)
                            .toList())
                    .filteredOn(row -> "calibration".equals(row.split()))
                    .hasSize(2);
            assertThat(rows().stream()
                            .filter(row -> row.label() != null && row.label() == label)
                            .toList())
                    .filteredOn(row -> "validation".equals(row.split()))
                    .hasSize(5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.png\t1\nz.png\t2\n|line 2: there is no file",
                "a.png\t1\nb.png\t1\na.png\t2\n|line 3 names 'a.png' again after line 1",
                "a.png\t1\tcat\nb.png\t1\tdog\n|line 2 calls the class 1 'dog', a line before calls it 'cat'",
                "a.png\t1\tcat\ttest\textra\n|5 columns",
                "image_of\tkind\na.png\t1\n|line 1: there is no file",
                "a.png\t\"cat\nb.png\tdog\n|line 1 has a quote that does not end",
                "file\tclass\tsplit\na.png\t1\t../up\n|is in the split '../up'",
                "|is empty"
            })
    void a_bad_table_is_refused_with_file_and_line(String example) throws Exception {
        int bar = example.lastIndexOf('|');
        Path list = Files.writeString(folder.resolve("list.tsv"), example.substring(0, bar));
        String says = example.substring(bar + 1);

        assertThatThrownBy(() -> packed(pictures, list))
                .isInstanceOf(BadDataSet.class)
                .hasMessageContaining(says);
        assertThat(set()).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"inputs\": {\"x\": [[1], [2, 3]]}}|line 1 input 'x' has rows of different lengths",
                "{\"inputs\": {\"x\": [1, \"a\"]}}|line 1 input 'x' holds \"a\"",
                "{\"inputs\": {\"x\": [1e40]}}|holds 1.0E40",
                "{\"inputs\": {\"x\": [1]}}\n{\"file\": \"a.png\"}|line 2 mixes files and inputs",
                "{\"file\": \"a.png\", \"lable\": 1}|line 1 has the field 'lable'",
                "{\"file\": \"a.png\", \"label\": -1}|line 1 has the label -1",
                "{\"file\": \"a.png\", \"boxes\": [{\"label\": 0, \"box\": [0, 0, 1]}]}|line 1 has the box",
                "{\"file\": \"a.png\", \"boxes\": [{\"label\": 0, \"box\": [5, 5, 90, 90]}]}|shares of the picture",
                "{\"file\": \"a.png\", \"label\": 1}\n{\"file\": \"b.png\", \"boxes\": []}|mixes labels and boxes",
                "{\"file\": \"a.png\"|line 1 is no JSON",
                "[1]|line 1 is no JSON object"
            })
    void bad_json_is_refused_with_its_line(String example) throws Exception {
        int bar = example.lastIndexOf('|');
        Path list = Files.writeString(pictures.resolve("list.jsonl"), example.substring(0, bar));

        assertThatThrownBy(() -> packed(list, null))
                .isInstanceOf(BadDataSet.class)
                .hasMessageContaining(example.substring(bar + 1));
    }

    @Test
    void arrays_that_do_not_fit_together_are_refused() throws Exception {
        Path array = Files.write(folder.resolve("x.npy"), NpyBytes.of(List.of(3L, 1L), new float[] {1, 2, 3}));
        Path few = Files.writeString(folder.resolve("few.txt"), "0\n1\n");
        Path floats = Files.write(folder.resolve("y.npy"), NpyBytes.of(List.of(3L), new float[] {0, 1, 2}));

        assertThatThrownBy(() -> packed(array, few))
                .hasMessageContaining("few.txt line 2")
                .hasMessageContaining("more samples");
        assertThatThrownBy(() -> packed(array, floats))
                .isInstanceOf(BadDataSet.class)
                .hasMessageContaining("one whole number");
        assertThatThrownBy(() -> packed(folder.resolve("nothing"), null))
                .hasMessageContaining("there is no file or folder");
        assertThatThrownBy(() -> packed(few.resolveSibling("few.txt"), few)).hasMessageContaining("leave --labels out");
        Path empty = Files.createDirectories(folder.resolve("empty"));
        assertThatThrownBy(() -> packed(empty, null)).hasMessageContaining("there is no sample");
        Path web = Files.write(folder.resolve("page.npz"), "<html>".getBytes(StandardCharsets.UTF_8));
        assertThatThrownBy(() -> packed(web, null)).hasMessageContaining("no .npz file");
    }

    private Path set() {
        return folder.resolve("set.zip");
    }

    private DataSetPacker.Packed packed(Path path, @Nullable Path labels) throws Exception {
        return DataSetPacker.pack(new DataSetPacker.Order(path, labels, Map.of(), 0), set(), samples -> {});
    }

    private List<SampleRow> rows() throws Exception {
        List<SampleRow> rows = new ArrayList<>();
        try (DataSetFile file = DataSetFile.open(set());
                DataSetFile.Rows list = file.rows()) {
            for (SampleRow row = list.next(); row != null; row = list.next()) {
                rows.add(row);
            }
        }
        return rows;
    }

    private DataSetFacts checked() throws Exception {
        return DataSetCheck.check(set(), () -> {});
    }
}
