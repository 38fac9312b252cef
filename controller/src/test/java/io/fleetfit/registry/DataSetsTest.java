package io.fleetfit.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import io.fleetfit.store.FileBlobStore;
import io.fleetfit.store.MovingClock;
import io.fleetfit.store.TestStores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataSetsTest {
    private static final Duration GRACE = Duration.ofHours(1);

    @TempDir
    private Path folder;

    private final MovingClock clock = new MovingClock(Instant.parse("2026-11-01T12:00:00Z"));
    private final List<String> users = new ArrayList<>();
    private FileBlobStore blobs;
    private DataSetStore store;
    private DataSets sets;
    private Digest blob;

    @BeforeEach
    void givenABlob() throws Exception {
        blobs = new FileBlobStore(folder.resolve("blobs"), clock);
        store = TestStores.emptyDatabase().dataSetStore();
        sets = new DataSets(store, blobs, set -> users, clock);
        byte[] bytes = {1, 2, 3};
        blob = Digest.of(bytes);
        blobs.adopt(Files.write(folder.resolve("upload"), bytes), blob);
    }

    @Test
    void a_name_is_given_once_and_a_set_in_use_stays() {
        DataSet added = sets.add(set("birds"));

        assertThat(added.createdAt()).isEqualTo(clock.instant());
        assertThat(sets.get("birds")).isEqualTo(added);
        assertThatThrownBy(() -> sets.add(set("birds")))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("never change");
        assertThatThrownBy(() -> sets.requireFree("birds", Map.of())).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> sets.requireFree("No name", Map.of())).isInstanceOf(Invalid.class);
        users.add("job j-1");
        assertThatThrownBy(() -> sets.delete("birds"))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("job j-1");
        users.clear();
        sets.delete("birds");
        assertThatThrownBy(() -> sets.get("birds")).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> sets.delete("birds")).isInstanceOf(NotFound.class);
    }

    @Test
    void the_file_stays_as_long_as_the_set() throws Exception {
        GarbageCollector collector = new GarbageCollector(blobs, List.of(store::referencedBlobs), GRACE, clock);
        sets.add(set("birds"));
        clock.advance(GRACE.plusSeconds(1));
        collector.collect();
        assertThat(blobs.contains(blob)).isTrue();

        sets.delete("birds");
        collector.collect();
        assertThat(blobs.contains(blob)).isFalse();
        assertThatThrownBy(() -> sets.add(set("birds")))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("blob");
    }

    private DataSet set(String name) {
        return new DataSet(
                name,
                blob,
                3,
                DataSet.Content.TENSORS,
                DataSet.Truth.NONE,
                1,
                0,
                0,
                List.of(),
                Map.of(),
                Map.of(),
                Instant.EPOCH);
    }
}
