package io.fleetfit.deploy.bench.latency;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CostModelBenchTest {
    private static final String COSTS =
            "model,macs_total,macs_conv1x1,macs_convkxk,params,act_elems_read_write,layers,convs\n";

    @TempDir
    private Path folder;

    private Path costs = Path.of("");
    private Path latencies = Path.of("");

    @BeforeEach
    void paths() {
        costs = folder.resolve("costs.csv");
        latencies = folder.resolve("latencies.csv");
    }

    @Test
    void judges_boards_that_differ_in_their_rates() throws Exception {
        // Given three boards, one with a comma in its name, and twelve models
        write(3, 12);

        // When
        JsonNode json = report();

        // Then
        assertThat(json.path("devices").asInt()).isEqualTo(3);
        assertThat(json.path("rows").asInt()).isEqualTo(36);
        assertThat(json.path("leaveOneModelOut").asDouble()).isBetween(0.0001, 0.12);
        assertThat(json.path("transferOneProbe").asDouble()).isBetween(0.0001, 0.3);
        assertThat(json.path("coverage").asDouble()).isBetween(0.5, 1.0);
        assertThat(json.path("baselineMacs").asDouble())
                .isGreaterThan(json.path("leaveOneModelOut").asDouble());
    }

    @Test
    void one_device_alone_has_no_transfer() throws Exception {
        // Given
        write(1, 8);

        // When
        JsonNode json = report();

        // Then
        assertThat(json.path("transferOneProbe").isNull()).isTrue();
        assertThat(json.path("leaveOneModelOutKnownElsewhere").isNull()).isTrue();
        assertThat(json.path("leaveOneModelOut").asDouble()).isPositive();
    }

    @Test
    void bad_tables_are_refused_by_file_line_and_column() throws Exception {
        Files.writeString(costs, "model,macs_total\nnet,1000000\n");

        Files.writeString(latencies, "device,model,latency_ms\npi,net,12\npi,net,fast\n");
        assertThatThrownBy(this::read)
                .isInstanceOf(BadTable.class)
                .hasMessageContainingAll(latencies.toString(), "line 3", "latency_ms", "'fast'");

        Files.writeString(latencies, "device,model,latency_ms,threads\npi,net,12,1.5\n");
        assertThatThrownBy(this::read).hasMessageContainingAll("line 2", "threads", "1.5");

        Files.writeString(latencies, "device,model\npi,net\n");
        assertThatThrownBy(this::read).hasMessageContainingAll("'latency_ms' is missing");

        Files.writeString(latencies, "device,model,latency_ms\npi,other,12\n");
        assertThatThrownBy(this::read).hasMessageContaining("no model of it stands in");

        Files.writeString(latencies, "");
        assertThatThrownBy(this::read).hasMessageContaining("no rows");

        Files.delete(latencies);
        assertThatThrownBy(this::read).hasMessageContaining("no such file");

        Files.writeString(latencies, "device,model,latency_ms\npi,net,12\n");
        Files.writeString(costs, "model,macs_total\nnet,-5\n");
        assertThatThrownBy(this::read).hasMessageContainingAll(costs.toString(), "macs_total", "-5");
    }

    @Test
    void least_squares_stay_at_0_or_above() {
        // Given a column whose best weight would be negative
        double[][] a = {{1, 1}, {1, 2}, {1, 3}};

        // When / Then
        assertThat(NonNegativeLeastSquares.solve(a, new double[] {3, 2, 1}))
                .containsExactly(new double[] {2, 0}, within(1e-6));
        assertThat(NonNegativeLeastSquares.solve(a, new double[] {3, 5, 7}))
                .containsExactly(new double[] {1, 2}, within(1e-6));
    }

    @Test
    void cores_tell_the_isa_class() {
        assertThat(IsaClasses.guess("Raspberry Pi 5", "BCM2712", "Cortex-A76 2.4GHz x4"))
                .isEqualTo("aarch64+dotprod");
        assertThat(IsaClasses.guess("Raspberry Pi 4B", "BCM2711", "Cortex-A72 1.8GHz x4"))
                .isEqualTo("aarch64");
        assertThat(IsaClasses.guess("board", "RK3288", "Cortex-A17 1.8GHz x 4")).isEqualTo("armv7");
        assertThat(IsaClasses.guess("Intel Celeron N5105", "", "")).isEqualTo("x86-64");
        assertThat(IsaClasses.guess("phone", "SD855+", "Kryo485 x8")).isEqualTo("aarch64+dotprod");
        assertThat(IsaClasses.guess("mystery", "", "")).isEqualTo("of mystery");
    }

    private LatencyTables read() throws BadTable {
        return LatencyTables.read(latencies, costs);
    }

    private JsonNode report() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            new CostModelReport(read()).print(out);
        }
        String[] lines = bytes.toString(StandardCharsets.UTF_8).split("\n", -1);
        return new ObjectMapper().readTree(lines[lines.length - 2]);
    }

    /** Latency is linear in the counts, with rates of each board and 3 % of noise. */
    private void write(int boards, int models) throws IOException {
        Random random = new Random(5);
        StringBuilder counts = new StringBuilder(COSTS);
        double[][] work = new double[models][];
        for (int m = 0; m < models; m++) {
            double spatial = 1e8 * (1 + random.nextInt(9));
            double pointwise = 1e8 * (1 + random.nextInt(9));
            double traffic = 1e6 * (1 + random.nextInt(30));
            work[m] = new double[] {pointwise, spatial, traffic, 20 + random.nextInt(80)};
            counts.append(String.format(
                    Locale.ROOT,
                    "m%d,%.0f,%.0f,%.0f,1000000,%.0f,%.0f,20%n",
                    m,
                    pointwise + spatial,
                    pointwise,
                    spatial,
                    traffic,
                    work[m][3]));
        }
        StringBuilder rows = new StringBuilder("device,cpu,model,latency_ms\n");
        for (int b = 0; b < boards; b++) {
            double[] rates = {1e-7 * (1 + b), 8e-8 * (1 + b / 2.0), 1e-6 * (1 + random.nextDouble()), 0.02};
            for (int m = 0; m < models; m++) {
                double millis = 0;
                for (int k = 0; k < rates.length; k++) {
                    millis += rates[k] * work[m][k];
                }
                millis *= 1 + 0.03 * random.nextGaussian();
                rows.append(String.format(Locale.ROOT, "\"Board %d, rev A\",Cortex-A72,m%d,%.3f%n", b, m, millis));
            }
        }
        Files.writeString(costs, counts);
        Files.writeString(latencies, rows);
    }
}
