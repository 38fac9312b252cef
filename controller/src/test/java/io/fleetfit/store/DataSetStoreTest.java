package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.DataSet;
import io.fleetfit.registry.DataSetStore;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class DataSetStoreTest {
    private final DataSetStore store;

    DataSetStoreTest(Backend backend) {
        store = backend.emptied().dataSetStore();
    }

    @Test
    void reads_back_what_was_written_in_order_of_names() {
        // Given more classes than a VARCHAR holds
        List<DataSet.ClassCount> many = IntStream.range(0, 20_000)
                .mapToObj(i -> new DataSet.ClassCount(i, "é ✓ a class with a long name, of many words " + i, i))
                .toList();
        DataSet flowers = set("flowers", many);
        DataSet birds =
                set("birds", List.of(new DataSet.ClassCount(null, "tit", 3), new DataSet.ClassCount(7, null, 2)));

        // When
        store.insert(flowers);
        store.insert(birds);

        // Then
        assertThat(store.list()).containsExactly(birds, flowers);
        assertThat(store.find("flowers")).contains(flowers);
        assertThat(store.find("trees")).isEmpty();
        assertThat(store.referencedBlobs()).containsExactlyInAnyOrder(flowers.digest(), birds.digest());
    }

    @Test
    void a_name_is_taken_until_it_is_deleted() {
        DataSet set = set("birds", List.of());
        store.insert(set);

        assertThatThrownBy(() -> store.insert(set))
                .isInstanceOf(AlreadyExists.class)
                .hasMessageContaining("'birds'");
        assertThat(store.delete("birds")).isTrue();
        assertThat(store.delete("birds")).isFalse();
        assertThat(store.referencedBlobs()).isEmpty();
        store.insert(set);
        assertThat(store.list()).containsExactly(set);
    }

    private static DataSet set(String name, List<DataSet.ClassCount> classes) {
        return new DataSet(
                name,
                Digest.of(name.getBytes(StandardCharsets.UTF_8)),
                20L << 30,
                DataSet.Content.PICTURES,
                DataSet.Truth.CLASSES,
                5,
                4,
                1,
                classes,
                Map.of("calibration", 2L, "validation", 3L),
                Map.of("owner", "vision"),
                Samples.AT);
    }
}
