package io.fleetfit.dataset.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The files in Base64 were written by NumPy: {@code arange(12).reshape(2, 3, 2)}, divided by 4 but for the whole numbers. */
class NpyFileTest {
    private static final String PADDING = "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg";
    private static final String C_ORDER =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBGYWxzZSwgJ3NoYXBlJzogKDIs"
                    + "IDMsIDIpLCB9" + PADDING
                    + "IAoAAAAAAACAPgAAAD8AAEA/AACAPwAAoD8AAMA/AADgPwAAAEAAABBAAAAgQAAAMEA=";
    private static final String FORTRAN =
            "k05VTVBZAQB2AHsnZGVzY3InOiAnPGY0JywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwg"
                    + "MywgMiksIH0g" + PADDING
                    + "IAoAAAAAAADAPwAAAD8AAABAAACAPwAAIEAAAIA+AADgPwAAQD8AABBAAACgPwAAMEA=";
    private static final String BIG_ENDIAN =
            "k05VTVBZAgB0AAAAeydkZXNjcic6ICc+ZjgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAo"
                    + "MiwgMywgMiksIH0g"
                    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
                    + "IAoAAAAAAAAAAD/QAAAAAAAAP+AAAAAAAAA/6AAAAAAAAD/wAAAAAAAAP/QAAAAAAAA/+AAAAAAAAD/8AAAAAAAAQAAAAAAAAABA"
                    + "AgAAAAAAAEAEAAAAAAAAQAYAAAAAAAA=";
    private static final String INTEGERS =
            "k05VTVBZAwB0AAAAeydkZXNjcic6ICc8aTgnLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAo"
                    + "MiwgMywgMiksIH0g"
                    + "ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAg"
                    + "IAoAAAAAAAAAAAEAAAAAAAAAAgAAAAAAAAADAAAAAAAAAAQAAAAAAAAABQAAAAAAAAAGAAAAAAAAAAcAAAAAAAAACAAAAAAAAAAJ"
                    + "AAAAAAAAAAoAAAAAAAAACwAAAAAAAAA=";

    @TempDir
    private Path folder;

    @Test
    void reads_what_numpy_writes_in_every_order_and_version() throws Exception {
        assertThat(second(C_ORDER)).containsExactly(1.5, 1.75, 2, 2.25, 2.5, 2.75);
        assertThat(second(FORTRAN)).containsExactly(1.5, 1.75, 2, 2.25, 2.5, 2.75);
        assertThat(second(BIG_ENDIAN)).containsExactly(1.5, 1.75, 2, 2.25, 2.5, 2.75);
        assertThat(second(INTEGERS)).containsExactly(6, 7, 8, 9, 10, 11);
    }

    private double[] second(String base64) throws Exception {
        Path file = Files.write(folder.resolve("a.npy"), Base64.getDecoder().decode(base64));
        try (NpyFile array = NpyFile.open(file, "a.npy")) {
            assertThat(array.samples()).isEqualTo(2);
            assertThat(array.spec("x").shape()).containsExactly(3L, 2L);
            ByteBuffer elements = array.sample(1);
            double[] values = new double[6];
            Arrays.setAll(values, i -> array.header().type().next(elements));
            assertThat(elements.hasRemaining()).isFalse();
            return values;
        }
    }

    @Test
    void writes_a_sample_as_numpy_would() throws Exception {
        Path file = Files.write(folder.resolve("a.npy"), Base64.getDecoder().decode(FORTRAN));
        try (NpyFile array = NpyFile.open(file, "a.npy")) {
            byte[] sample = array.sampleFile(0);

            NpyHeader header = NpyHeader.read(new ByteArrayInputStream(sample), "sample");
            assertThat(header.offset() % 64).isZero();
            assertThat(header.shape()).isEqualTo(List.of(3L, 2L));
            assertThat(sample).isEqualTo(NpyBytes.of(List.of(3L, 2L), new float[] {0, .25f, .5f, .75f, 1, 1.25f}));
        }
    }

    @Test
    void samples_beyond_a_block_are_right_in_both_orders() throws Exception {
        int count = 70_000;
        int width = 100;
        byte[] head = NpyHeader.write(NpyType.FLOAT32, List.of((long) count, (long) width));
        String text = new String(head, java.nio.charset.StandardCharsets.ISO_8859_1).replace("False", "True ");
        ByteBuffer fortran = ByteBuffer.allocate(head.length + count * width * 4)
                .order(java.nio.ByteOrder.LITTLE_ENDIAN)
                .put(text.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
        for (int j = 0; j < width; j++) {
            for (int i = 0; i < count; i++) {
                fortran.putFloat(i + j / 128f);
            }
        }
        Path file = Files.write(folder.resolve("f.npy"), fortran.array());
        try (NpyFile array = NpyFile.open(file, "f.npy")) {
            for (int i : new int[] {0, 41_942, 41_943, 69_999, 3}) {
                ByteBuffer sample = array.sample(i);
                for (int j = 0; j < width; j++) {
                    assertThat(sample.getFloat()).isEqualTo(i + j / 128f);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }|astype",
                "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }|astype",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (), }|single number",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (9, 9), }|cut off",
                "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999, 99999999999), }|no file can hold",
                "{'descr': '<f4', 'shape': (1,), }|not understood"
            })
    void refuses_what_is_no_plain_array(String head, String says) throws Exception {
        ByteBuffer bytes = ByteBuffer.allocate(10 + head.length()).order(java.nio.ByteOrder.LITTLE_ENDIAN);
        bytes.put(new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0}).putShort((short) head.length());
        bytes.put(head.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        Path file = Files.write(folder.resolve("bad.npy"), bytes.array());

        assertThatThrownBy(() -> NpyFile.open(file, "bad.npy").close())
                .isInstanceOf(BadDataSet.class)
                .hasMessageContaining("bad.npy")
                .hasMessageContaining(says);
    }

    @Test
    void refuses_other_files() throws Exception {
        Path text = Files.writeString(folder.resolve("a.npy"), "1,2,3");
        Path future = Files.write(
                folder.resolve("b.npy"), new byte[] {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 4, 0, 0, 0, 0, 0});

        assertThatThrownBy(() -> NpyFile.open(text, "a.npy").close()).hasMessageContaining("no NumPy array");
        assertThatThrownBy(() -> NpyFile.open(future, "b.npy").close()).hasMessageContaining("version 4");
    }
}
