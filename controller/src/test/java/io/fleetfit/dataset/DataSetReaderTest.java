package io.fleetfit.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.dataset.pack.DataSetPacker;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.protocol.picture.Pictures;
import io.fleetfit.registry.Invalid;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetReaderTest {
    @TempDir
    private Path folder;

    @Test
    void pictures_become_the_tensors_that_devices_make_bit_by_bit() throws Exception {
        // Given
        Path lines = Lines.write(folder.resolve("lines"), 2);
        ModelContract contract = Lines.contract("top1");
        ImageInput image = Objects.requireNonNull(contract.image());

        try (DataSetReader samples = DataSetReader.open(source(packed(lines), null, 10, 1), contract)) {
            for (Sample sample : samples) {
                // When
                float[] device = new float[3 * 48 * 192];
                Pictures.write(Files.readAllBytes(lines.resolve(sample.id())), image, FloatBuffer.wrap(device));

                // Then
                FloatTensor tensor = Objects.requireNonNull(sample.inputs().get("x"));
                assertThat(tensor.shape()).containsExactly(1, 3, 48, 192);
                assertThat(tensor.data()).containsExactly(device);
            }
            assertThat(samples.count()).isEqualTo(4);
        }
    }

    @Test
    void a_choice_is_even_repeatable_and_the_seeds() throws Exception {
        // Given three classes of 12, 6 and 2 samples
        Path set = arrays(IntStream.range(0, 20)
                .mapToObj(i -> i < 12 ? 0 : i < 18 ? 1 : 2)
                .toList());

        List<Sample> nine = read(source(set, null, 9, 7), tensors(List.of(), -1));
        List<Sample> again = read(source(set, null, 9, 7), tensors(List.of(), -1));
        List<Sample> other = read(source(set, null, 9, 8), tensors(List.of(), -1));

        assertThat(nine.stream()
                        .collect(Collectors.groupingBy(Sample::truth, Collectors.counting()))
                        .values())
                .containsExactlyInAnyOrder(4L, 3L, 2L);
        assertThat(ids(again)).isEqualTo(ids(nine));
        assertThat(ids(other)).isNotEqualTo(ids(nine));
        assertThat(ids(nine)).isSortedAccordingTo(java.util.Comparator.comparingInt(Integer::parseInt));
        assertThat(read(source(set, null, 20, 7), tensors(List.of(), -1))).hasSize(20);
        assertThat(read(source(set, null, 500, 7), tensors(List.of(), -1))).hasSize(20);
        assertThat(read(source(set, null, 2, 7), tensors(List.of(), -1))).hasSize(2);
    }

    @Test
    void a_pass_can_be_repeated_and_abandoned() throws Exception {
        Path set = arrays(List.of(0, 1, 2, 0, 1));
        try (DataSetReader samples = DataSetReader.open(source(set, null, 3, 1), tensors(List.of(), -1))) {
            assertThat(samples.iterator().next().id()).isNotEmpty();
            List<String> first = new ArrayList<>();
            samples.forEach(sample -> first.add(sample.id()));
            List<String> second = new ArrayList<>();
            samples.forEach(sample -> second.add(sample.id()));

            assertThat(first).hasSize(3).isEqualTo(second);
        }
    }

    @Test
    void equal_digests_mean_equal_samples() throws Exception {
        Path set = arrays(List.of(0, 1, 2, 0, 1));
        List<Digest> digests = new ArrayList<>();
        for (SampleSource source : List.of(
                source(set, null, 3, 1), source(set, null, 3, 2), source(set, null, 4, 1), source(set, "part", 3, 1))) {
            try (DataSetReader samples = DataSetReader.open(source, tensors(List.of(), -1))) {
                digests.add(samples.digest());
            }
        }
        assertThat(digests).doesNotHaveDuplicates();
        try (DataSetReader samples = DataSetReader.open(source(set, null, 3, 1), tensors(List.of(), -1))) {
            assertThat(samples.digest()).isEqualTo(digests.get(0));
        }
        try (DataSetReader samples = DataSetReader.open(source(set, null, 3, 1), tensors(List.of("c", "b", "a"), -1))) {
            assertThat(samples.digest()).isNotEqualTo(digests.get(0));
        }
    }

    @Test
    void names_of_the_contract_decide_over_numbers() throws Exception {
        Path list = Files.writeString(
                folder.resolve("l.jsonl"),
                "{\"inputs\": [1], \"label\": \"cat\"}\n{\"inputs\": [2], \"label\": \"ant\"}\n");
        Path set = packed(list);

        assertThat(truths(set, tensors(List.of("background", "ant", "cat"), -1)))
                .containsExactly(2, 1);
        // Without any list the alphabet decides, if the model has as many outputs.
        assertThat(truths(set, tensors(List.of(), 2))).containsExactly(1, 0);
        assertThatThrownBy(() -> truths(set, tensors(List.of(), 3)))
                .isInstanceOf(ModelRefused.class)
                .hasMessageContaining("'cat', 'ant'")
                .hasMessageContaining("contract");
        assertThatThrownBy(() -> truths(set, tensors(List.of("dog", "cat"), 2)))
                .isInstanceOfSatisfying(
                        ModelRefused.class, it -> assertThat(it.code()).isEqualTo(ModelRefused.Code.DATA_SET))
                .hasMessageContaining("1 classes of the data set are none of the model's 2 classes: 'ant'");
        assertThatThrownBy(() -> truths(arrays(List.of(0, 5)), tensors(List.of(), 5)))
                .hasMessageContaining("5")
                .hasMessageContaining("numbers from 0");
    }

    @Test
    void two_classes_cannot_be_one_output() throws Exception {
        Path list = Files.writeString(
                folder.resolve("l.jsonl"), "{\"inputs\": [1], \"label\": \"cat\"}\n{\"inputs\": [2], \"label\": 1}\n");

        assertThatThrownBy(() -> truths(packed(list), tensors(List.of("dog", "cat"), -1)))
                .hasMessageContaining("'cat' and 1")
                .hasMessageContaining("both class 1");
    }

    @Test
    void whole_numbers_that_no_float_holds_are_refused() throws Exception {
        Path npz = Files.write(folder.resolve("ids.npy"), longs(5, (1L << 24) + 1));
        Path set = packed(npz);
        ModelContract contract = contract(List.of(-1L, 1L));

        try (DataSetReader samples = DataSetReader.open(source(set, null, 2, 1), contract)) {
            java.util.Iterator<Sample> pass = samples.iterator();
            assertThat(Objects.requireNonNull(pass.next().inputs().get("x")).data())
                    .containsExactly(5);
            assertThatThrownBy(pass::next).isInstanceOf(Invalid.class).hasMessageContaining("cannot hold exactly");
        }
    }

    /** A NumPy file of 64-bit whole numbers of shape (2, 1). */
    private static byte[] longs(long... values) {
        String head = "{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1), }\n";
        ByteBuffer bytes = ByteBuffer.allocate(10 + head.length() + 16).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) head.length());
        bytes.put(head.getBytes(StandardCharsets.US_ASCII)).putLong(values[0]).putLong(values[1]);
        return bytes.array();
    }

    @Test
    void refuses_a_set_of_another_kind_or_shape() throws Exception {
        Path set = arrays(List.of(0, 1));
        Path lines = Lines.write(folder.resolve("lines"), 1);

        assertThatThrownBy(() -> read(source(set, null, 9, 1), contract(List.of(-1L, 4L))))
                .isInstanceOf(ModelRefused.class)
                .hasMessageContaining("[1]")
                .hasMessageContaining("[-1, 4]");
        assertThatThrownBy(() -> read(source(packed(lines), null, 9, 1), contract(List.of(-1L, 1L))))
                .isInstanceOf(ModelRefused.class)
                .hasMessageContaining("'image' in its contract");
        Path text = Files.writeString(folder.resolve("no.zip"), "no archive");
        assertThatThrownBy(() -> read(source(text, null, 9, 1), contract(List.of(-1L, 1L))))
                .isInstanceOf(ModelRefused.class)
                .hasMessageContaining("no data set");
    }

    @Test
    void boxes_move_with_the_picture() throws Exception {
        // Given a picture of 160 × 48, or more, and a box over its left half
        Path lines = Lines.write(folder.resolve("lines"), 1);
        Path list = Files.writeString(
                lines.resolve("boxes.jsonl"),
                "{\"file\": \"upright/0.png\", \"boxes\": [{\"label\": \"a\", \"box\": [0, 0, 0.5, 1]},"
                        + " {\"label\": \"a\", \"box\": [0, 0, 0.1, 0.1]}]}\n");
        Path set = packed(list);
        double width = javax.imageio.ImageIO.read(lines.resolve("upright/0.png").toFile())
                .getWidth();

        // When the square in the middle is cut out
        Truth.Boxes cropped = boxes(set, ImageInput.Resize.CENTER_CROP);

        // Then the box reaches from the left edge to the middle, and the small one is gone
        assertThat(cropped.boxes()).singleElement().satisfies(box -> {
            assertThat(box.left()).isZero();
            assertThat(box.right()).isCloseTo(0.5, within(0.02));
            assertThat(box.bottom()).isEqualTo(1);
        });
        Truth.Boxes padded = boxes(set, ImageInput.Resize.PAD_RIGHT);
        assertThat(padded.boxes().get(0).right()).isCloseTo(0.5, within(0.02));
        assertThat(padded.boxes().get(0).bottom()).isCloseTo(48 / width, within(0.03));
        assertThat(boxes(set, ImageInput.Resize.STRETCH).boxes()).hasSize(2);
    }

    private Truth.Boxes boxes(Path set, ImageInput.Resize resize) throws Exception {
        ImageInput image = new ImageInput(
                48, 48, resize, ImageInput.Layout.NCHW, ImageInput.Channels.RGB, 1, List.of(), List.of());
        ModelContract contract = new ModelContract(
                ModelContract.Task.DETECTION,
                List.of(new TensorSpec("x", "FP32", List.of(1L, 3L, 48L, 48L))),
                List.of(),
                image,
                false,
                List.of("a"),
                "map");
        return (Truth.Boxes) Objects.requireNonNull(
                read(source(set, null, 1, 1), contract).get(0).truth());
    }

    private static List<String> ids(List<Sample> samples) {
        return samples.stream().map(Sample::id).toList();
    }

    private List<Integer> truths(Path set, ModelContract contract) throws Exception {
        return read(source(set, null, 100, 1), contract).stream()
                .map(sample -> ((Truth.ClassIndex) Objects.requireNonNull(sample.truth())).index())
                .toList();
    }

    private static List<Sample> read(SampleSource source, ModelContract contract) throws Exception {
        List<Sample> all = new ArrayList<>();
        try (DataSetReader samples = DataSetReader.open(source, contract)) {
            samples.forEach(all::add);
        }
        return all;
    }

    private static ModelContract contract(List<Long> input) {
        return new ModelContract(
                ModelContract.Task.CLASSIFICATION,
                List.of(new TensorSpec("x", "FP32", input)),
                List.of(),
                null,
                false,
                List.of(),
                "top1");
    }

    private static ModelContract tensors(List<String> labels, long width) {
        return new ModelContract(
                ModelContract.Task.CLASSIFICATION,
                List.of(new TensorSpec("x", "FP32", List.of(-1L, 1L))),
                List.of(new TensorSpec("y", "FP32", List.of(-1L, width))),
                null,
                false,
                labels,
                "top1");
    }

    private static SampleSource source(Path set, @Nullable String split, int most, long seed) throws Exception {
        return new SampleSource(set, Digest.of(Files.readAllBytes(set)), split, most, seed);
    }

    /** One number a sample, its place; each class in the split {@code part} with its first. */
    private Path arrays(List<Integer> labels) throws Exception {
        StringBuilder list = new StringBuilder();
        for (int i = 0; i < labels.size(); i++) {
            list.append("{\"id\": \"")
                    .append(i)
                    .append("\", \"inputs\": [")
                    .append(i)
                    .append("], \"label\": ");
            list.append(labels.get(i))
                    .append(i % 2 == 0 ? ", \"split\": \"part\"" : "")
                    .append("}\n");
        }
        return packed(Files.writeString(folder.resolve("list.jsonl"), list));
    }

    private Path packed(Path path) throws Exception {
        Path set = Files.createTempFile(folder, "set", ".zip");
        DataSetPacker.pack(new DataSetPacker.Order(path, null, Map.of(), 0), set, samples -> {});
        return set;
    }
}
