package io.fleetfit.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ValuesTest {
    @Test
    void a_sketch_is_within_its_error_at_every_quantile() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            double[] values = new double[5_000];
            Map<Integer, Long> buckets = new HashMap<>();
            for (int i = 0; i < values.length; i++) {
                values[i] = Math.exp(random.nextGaussian() * 2);
                buckets.merge(LatencySketch.bucketOf(values[i]), 1L, Long::sum);
            }
            Arrays.sort(values);

            LatencySketch sketch = new LatencySketch(buckets);

            for (double q : new double[] {0, .01, .5, .9, .95, .99, .999, 1}) {
                double exact = values[(int) (q * (values.length - 1))];
                assertThat(sketch.quantile(q) / exact)
                        .as("seed %s quantile %s", seed, q)
                        .isBetween(1 - 1.01 * LatencySketch.RELATIVE_ERROR, 1 + 1.01 * LatencySketch.RELATIVE_ERROR);
            }
        }
    }

    @Test
    void merging_is_commutative_and_adds_counts() {
        LatencySketch a = new LatencySketch(Map.of(1, 2L, 5, 1L));
        LatencySketch b = new LatencySketch(Map.of(5, 4L, -3, 1L));

        assertThat(a.merge(b)).isEqualTo(b.merge(a)).isEqualTo(new LatencySketch(Map.of(-3, 1L, 1, 2L, 5, 5L)));
        assertThat(a.merge(b).count()).isEqualTo(8);
        assertThat(a.merge(LatencySketch.empty())).isEqualTo(a);
        assertThat(LatencySketch.empty().quantile(0.5)).isNaN();
    }

    @Test
    void a_sketch_refuses_negative_counts_and_quantiles_outside_of_the_unit_interval() {
        assertThatThrownBy(() -> new LatencySketch(Map.of(3, -1L))).hasMessageContaining("bucket 3");
        assertThatThrownBy(() -> LatencySketch.empty().quantile(1.5)).hasMessageContaining("1.5");
    }

    @Test
    void topics_parse_back() {
        for (Topics.Up kind : Topics.Up.values()) {
            assertThat(Topics.parseUp(Topics.up("pi-1", kind))).contains(new Topics.Inbound("pi-1", kind));
        }
        assertThat(Topics.parseUp("ff/v1/d/pi-1/desired")).isEmpty();
        assertThat(Topics.parseUp("ff/v1/d/pi-1")).isEmpty();
        assertThat(Topics.parseUp("ff/v1/d/a/b/hello")).isEmpty();
        assertThat(Topics.parseUp("other")).isEmpty();
        assertThat(Topics.sharedChunks(MessageSamples.BLOB))
                .startsWith("ff/v1/b/")
                .endsWith("/chunk");
    }

    @Test
    void a_device_id_cannot_smuggle_levels_or_wildcards() {
        for (String id : new String[] {"", "a/b", "+", "#", "a b", "ü", "x".repeat(65)}) {
            assertThatThrownBy(() -> Topics.up(id, Topics.Up.HELLO))
                    .as(id)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void a_digest_names_its_bytes_and_refuses_other_text() {
        Digest digest = Digest.of("abc".getBytes(java.nio.charset.StandardCharsets.UTF_8));

        assertThat(digest.hex()).isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assertThat(Digest.ofRaw(digest.raw())).isEqualTo(digest);
        assertThatThrownBy(() -> new Digest("BA78")).hasMessageContaining("BA78");
    }

    @Test
    void an_update_moves_only_along_its_exits() {
        assertThat(UpdateState.IDLE.to(UpdateState.DOWNLOADING)).isEqualTo(UpdateState.DOWNLOADING);
        assertThatThrownBy(() -> UpdateState.DOWNLOADING.to(UpdateState.ACTIVE))
                .hasMessageContaining("DOWNLOADING")
                .hasMessageContaining("ACTIVE");
        for (UpdateState state : UpdateState.values()) {
            boolean canFail = state.exits().contains(UpdateState.ROLLING_BACK) || state == UpdateState.ROLLING_BACK;
            assertThat(canFail).as(state.name()).isEqualTo(!state.isResting());
        }
    }
}
