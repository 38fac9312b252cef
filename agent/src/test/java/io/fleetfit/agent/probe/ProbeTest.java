package io.fleetfit.agent.probe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ProbeReport;
import io.fleetfit.protocol.ProbeReport.Cause;
import io.fleetfit.protocol.ProbeReport.ProbeRate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProbeTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final List<ProbeReport> reports = new CopyOnWriteArrayList<>();
    private final AtomicBoolean idle = new AtomicBoolean(true);
    private final AtomicInteger asked = new AtomicInteger();
    /** The question from which on the board is busy. */
    private final AtomicInteger busyFrom = new AtomicInteger(Integer.MAX_VALUE);

    private String model = "a processor";

    @AfterEach
    void leavesNoProcessBehind() {
        assertThat(ProcessHandle.current().children().filter(ProcessHandle::isAlive))
                .isEmpty();
    }

    private Capabilities board() {
        return new Capabilities(
                System.getProperty("os.arch").equals("aarch64") ? "aarch64" : "x86_64",
                "test",
                null,
                model,
                null,
                null,
                1,
                Set.of(),
                1 << 30,
                1 << 30,
                1 << 30,
                List.of(),
                List.of("CPUExecutionProvider"),
                "1.29.0",
                21,
                false,
                false);
    }

    private Probe start() throws IOException {
        Probe probe = new Probe(new Probe.Setup(
                folder.resolve("probe"),
                folder.resolve("root"),
                new Launcher(folder.resolve("children"), null),
                this::board,
                () -> {
                    return asked.incrementAndGet() < busyFrom.get() && idle.get();
                },
                reports::add,
                Clock.systemUTC(),
                Duration.ZERO));
        probe.start();
        return probe;
    }

    @Test
    void measuresOnceAndAgainWhenAskedAndWhenTheProcessorIsAnother() throws Exception {
        try (Probe probe = start()) {
            await().atMost(PATIENCE).until(() -> reports.size() == 1);
            await().until(() -> probe.state().last() != null);
            probe.request(1);
            await().atMost(PATIENCE).until(() -> probe.state().answered() == 1);
            probe.request(1);
        }
        try (Probe probe = start()) {
            assertThat(probe.state().attempts()).isZero();
        }
        model = "another";
        try (Probe probe = start()) {
            await().atMost(PATIENCE)
                    .until(() -> reports.size() == 3 && probe.state().attempts() == 0);
        }

        assertThat(reports)
                .extracting(ProbeReport::cause)
                .containsExactly(Cause.ENROLMENT, Cause.REQUEST, Cause.RUNTIME_CHANGED);
        assertThat(reports.get(1).request()).isEqualTo(1);
        ProbeReport first = reports.get(0);
        assertThat(first.complete()).isTrue();
        assertThat(first.durationMillis()).isLessThan(25_000);
        assertThat(first.storageWriteBytesPerSecond()).isPositive();
        assertThat(first.rates())
                .extracting(rate -> rate.operator() + " " + rate.precision())
                .containsExactlyInAnyOrder(
                        "conv-1x1 fp32",
                        "conv-3x3 fp32",
                        "conv-depthwise fp32",
                        "conv-grouped fp32",
                        "gemm fp32",
                        "conv-1x1 int8",
                        "conv-3x3 int8",
                        "conv-depthwise int8",
                        "conv-grouped int8",
                        "gemm int8",
                        "element-wise fp32",
                        "memory-copy fp32",
                        "dispatch fp32");
        assertThat(first.rates()).allSatisfy(rate -> {
            assertThat(rate.samples()).isGreaterThanOrEqualTo(5);
            assertThat(rate.low()).isPositive().isLessThanOrEqualTo(rate.median());
            assertThat(rate.median()).isLessThanOrEqualTo(rate.high());
        });
        // The same cells on the same machine an instant later: figures that could not repeat would say nothing.
        ProbeRate copy = rate(first, "memory-copy");
        assertThat(rate(reports.get(1), "memory-copy").median()).isBetween(copy.median() / 4, copy.median() * 4);
    }

    private static ProbeRate rate(ProbeReport report, String operator) {
        return report.rates().stream()
                .filter(rate -> rate.operator().equals(operator))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void pausesWhileTheBoardIsBusyAndHoldsNoProcessMeanwhile() throws Exception {
        idle.set(false);
        try (Probe probe = start()) {
            await().until(() -> asked.get() > 0);
            assertThat(probe.state().attempts()).isZero();
            busyFrom.set(asked.get() + 3);
            idle.set(true);
            await().until(() -> asked.get() > busyFrom.get());
            assertThat(ProcessHandle.current().children()).isEmpty();
            assertThat(probe.state().attempts()).isEqualTo(1);
            busyFrom.set(Integer.MAX_VALUE);
            await().atMost(PATIENCE).until(() -> reports.size() == 1);
        }
        assertThat(reports.get(0).pausedMillis()).isPositive();
    }

    @Test
    void aRunThatWasKilledCountsAndIsLeftBeAfterThreeUntilItIsAsked() throws Exception {
        for (int attempt = 1; attempt <= Probe.MAX_ATTEMPTS; attempt++) {
            int wanted = attempt;
            busyFrom.set(asked.get() + 2);
            try (Probe probe = start()) {
                await().until(() -> probe.state().attempts() == wanted);
            }
        }
        busyFrom.set(Integer.MAX_VALUE);
        try (Probe probe = start()) {
            await().during(Duration.ofMillis(500)).until(reports::isEmpty);
            probe.request(7);
            await().atMost(PATIENCE).until(() -> probe.state().answered() == 7);
            assertThat(probe.state().attempts()).isZero();
        }
        assertThat(reports).extracting(ProbeReport::cause).containsExactly(Cause.REQUEST);
    }

    @Test
    void readsWhatPowerSensorsSay() throws Exception {
        Path monitor = Files.createDirectories(folder.resolve("root/sys/class/hwmon/hwmon3"));
        Files.writeString(monitor.resolve("name"), "ina3221\n");
        Files.writeString(monitor.resolve("in1_label"), "VDD_CPU");
        Files.writeString(monitor.resolve("in2_label"), "VDD_IN");
        Files.writeString(monitor.resolve("in2_input"), "5000");
        Files.writeString(monitor.resolve("curr2_input"), "1500");

        assertThat(new PowerSensor(folder.resolve("root")).read()).containsExactly(new PowerSensor.Reading("ina", 7.5));
        assertThat(PowerSensor.rails("""
                      VDD_CORE_A current(7)=2.00A
                       EXT5V_V volt(24)=5.15A
                      VDD_CORE_V volt(15)=0.75V
                      3V3_SYS_A current(1)=0.10A
                      3V3_SYS_V volt(9)=3.30V
                    """).orElseThrow()).isCloseTo(1.83, within(1e-9));
    }

    @Test
    void readsABatteryOnlyWhileItIsDischarged() throws Exception {
        Path battery = Files.createDirectories(folder.resolve("root/sys/class/power_supply/BAT0"));
        Files.writeString(battery.resolve("type"), "Battery");
        Files.writeString(battery.resolve("current_now"), "-500000");
        Files.writeString(battery.resolve("voltage_now"), "4000000");
        PowerSensor sensor = new PowerSensor(folder.resolve("root"));

        Files.writeString(battery.resolve("status"), "Charging");
        assertThat(sensor.read()).isEmpty();
        Files.writeString(battery.resolve("status"), "Discharging");
        assertThat(sensor.read()).containsExactly(new PowerSensor.Reading("battery", 2.0));
    }
}
