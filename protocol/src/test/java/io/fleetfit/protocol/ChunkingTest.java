package io.fleetfit.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChunkingTest {
    @Test
    void chunks_cover_the_blob_within_the_bounds() throws Exception {
        Random random = new Random(1);
        for (int size : new int[] {0, 1, 100, ContentDefinedChunker.MIN_BYTES, 1_000_000, 5_000_001}) {
            byte[] blob = bytes(random, size);

            ChunkIndex index = index(blob);

            long[] offsets = index.offsets();
            assertThat(index.totalBytes()).isEqualTo(size);
            for (int i = 0; i < index.chunks().size(); i++) {
                ChunkIndex.Chunk chunk = index.chunks().get(i);
                assertThat(Digest.of(blob, (int) offsets[i], chunk.length())).isEqualTo(chunk.digest());
                assertThat(chunk.length()).isLessThanOrEqualTo(ContentDefinedChunker.MAX_BYTES);
                if (i < index.chunks().size() - 1) {
                    assertThat(chunk.length()).isGreaterThanOrEqualTo(ContentDefinedChunker.MIN_BYTES);
                }
            }
        }
    }

    @Test
    void the_mean_length_is_near_the_average() throws Exception {
        byte[] blob = bytes(new Random(2), 32 << 20);

        ChunkIndex index = index(blob);

        double mean = (double) blob.length / index.chunks().size();
        assertThat(mean)
                .isBetween(ContentDefinedChunker.AVERAGE_BYTES * 0.7, ContentDefinedChunker.AVERAGE_BYTES * 1.5);
    }

    @Test
    void equal_bytes_are_cut_at_one_length_only() throws Exception {
        ChunkIndex index = index(new byte[4 << 20]);

        assertThat(index.totalBytes()).isEqualTo(4 << 20);
        assertThat(index.chunks().stream().map(ChunkIndex.Chunk::length).distinct())
                .hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void an_insertion_changes_few_chunks() throws Exception {
        for (int seed = 0; seed < 5; seed++) {
            Random random = new Random(seed);
            byte[] before = bytes(random, 8 << 20);
            int at = random.nextInt(before.length);
            byte[] after = new byte[before.length + 13];
            System.arraycopy(before, 0, after, 0, at);
            System.arraycopy(bytes(random, 13), 0, after, at, 13);
            System.arraycopy(before, at, after, at + 13, before.length - at);

            Set<Digest> known = digests(index(before));
            Set<Digest> fresh = digests(index(after));
            fresh.removeAll(known);

            assertThat(fresh).as("seed %s", seed).hasSizeLessThanOrEqualTo(4);
        }
    }

    @Test
    void the_chunks_do_not_depend_on_how_the_bytes_arrive() throws Exception {
        byte[] blob = bytes(new Random(3), 3 << 20);
        InputStream dripping = new FilterInputStream(new ByteArrayInputStream(blob)) {
            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                return super.read(target, offset, Math.min(length, 777));
            }
        };

        assertThat(ContentDefinedChunker.index(dripping)).isEqualTo(index(blob));
    }

    @Test
    void the_binary_index_reads_back_and_stays_as_released() throws Exception {
        ChunkIndex index = new ChunkIndex(List.of(
                new ChunkIndex.Chunk(Digest.of(new byte[] {1}), 70_000),
                new ChunkIndex.Chunk(Digest.of(new byte[] {2}), 5)));

        byte[] wire = index.encode();

        assertThat(ChunkIndex.decode(wire)).isEqualTo(index);
        assertThat(wire).isEqualTo(JsonCodecTest.golden("chunk-index.bin"));
    }

    @Test
    void a_broken_index_is_a_typed_error_whatever_is_broken() throws Exception {
        byte[] wire = index(bytes(new Random(4), 1 << 20)).encode();
        Random random = new Random(5);
        for (int i = 0; i < 2_000; i++) {
            byte[] broken = Arrays.copyOf(wire, random.nextInt(wire.length));

            assertThatThrownBy(() -> ChunkIndex.decode(broken)).isInstanceOf(ProtocolException.class);
        }
        byte[] negative = wire.clone();
        negative[12 + 32] = (byte) 0x80;
        assertThatThrownBy(() -> ChunkIndex.decode(negative)).hasMessageContaining("chunk 0");
    }

    @Test
    void the_chunk_header_reads_back_and_refuses_garbage() {
        for (ChunkHeader.Kind kind : ChunkHeader.Kind.values()) {
            ChunkHeader header = new ChunkHeader(MessageSamples.BLOB, kind, 123_456);

            assertThat(ChunkHeader.decode(header.encode())).contains(header);
        }
        assertThat(ChunkHeader.decode(new byte[0])).isEmpty();
        byte[] unknown = new ChunkHeader(MessageSamples.BLOB, ChunkHeader.Kind.CHUNK, 1).encode();
        unknown[0] = 9;
        assertThat(ChunkHeader.decode(unknown)).isEmpty();
    }

    private static ChunkIndex index(byte[] blob) throws IOException {
        return ContentDefinedChunker.index(new ByteArrayInputStream(blob));
    }

    private static Set<Digest> digests(ChunkIndex index) {
        Set<Digest> digests = new HashSet<>();
        index.chunks().forEach(chunk -> digests.add(chunk.digest()));
        return digests;
    }

    private static byte[] bytes(Random random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return bytes;
    }
}
