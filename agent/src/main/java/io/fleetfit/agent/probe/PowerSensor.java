package io.fleetfit.agent.probe;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the board draws, in watts, from the first sensor that it has: an INA monitor in hwmon (Jetson and carrier boards),
 * the power controller of a Raspberry Pi 5, or a battery that is being discharged.
 */
final class PowerSensor {
    private static final Path VCGENCMD = Path.of("usr/bin/vcgencmd");
    private static final Pattern ADC = Pattern.compile("(\\w+)_([AV])\\s+\\w+\\(\\d+\\)=([0-9.]+)[AV]");
    private static final String WHOLE_BOARD = "VDD_IN";

    private final Path root;

    /** @param root of the file system, {@code /} but in tests */
    PowerSensor(Path root) {
        this.root = root;
    }

    /** One reading: which sensor and what it said. */
    record Reading(String source, double watts) {}

    /** What the board draws now; empty where it has no sensor. */
    List<Reading> read() {
        List<Reading> readings = new ArrayList<>();
        ina().ifPresent(watts -> readings.add(new Reading("ina", watts)));
        if (readings.isEmpty()) {
            pmic().ifPresent(watts -> readings.add(new Reading("pmic", watts)));
        }
        if (readings.isEmpty()) {
            battery().ifPresent(watts -> readings.add(new Reading("battery", watts)));
        }
        return readings;
    }

    private OptionalDouble ina() {
        for (Path monitor : folders("sys/class/hwmon")) {
            if (text(monitor.resolve("name")).startsWith("ina")) {
                int channel = channel(monitor);
                OptionalDouble direct = number(monitor.resolve("power" + channel + "_input"));
                OptionalDouble millivolts = number(monitor.resolve("in" + channel + "_input"));
                OptionalDouble milliamperes = number(monitor.resolve("curr" + channel + "_input"));
                if (direct.isPresent()) {
                    return OptionalDouble.of(direct.getAsDouble() / 1e6);
                }
                if (millivolts.isPresent() && milliamperes.isPresent()) {
                    return OptionalDouble.of(millivolts.getAsDouble() * milliamperes.getAsDouble() / 1e6);
                }
            }
        }
        return OptionalDouble.empty();
    }

    /** The channel that sees the whole board, else the first. */
    private static int channel(Path monitor) {
        for (int i = 1; i <= 8; i++) {
            if (text(monitor.resolve("in" + i + "_label")).equals(WHOLE_BOARD)) {
                return i;
            }
        }
        return 1;
    }

    private OptionalDouble pmic() {
        Path command = root.resolve(VCGENCMD);
        if (!Files.isExecutable(command)) {
            return OptionalDouble.empty();
        }
        try {
            Process process = new ProcessBuilder(command.toString(), "pmic_read_adc")
                    .redirectErrorStream(true)
                    .start();
            try {
                process.getOutputStream().close();
                String answer = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                return process.waitFor(2, TimeUnit.SECONDS) ? rails(answer) : OptionalDouble.empty();
            } finally {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            return OptionalDouble.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return OptionalDouble.empty();
        }
    }

    /** The sum over all rails that tell both their current and their voltage. */
    static OptionalDouble rails(String answer) {
        Map<String, Double> amperes = new HashMap<>();
        Map<String, Double> volts = new HashMap<>();
        Matcher matcher = ADC.matcher(answer);
        while (matcher.find()) {
            (matcher.group(2).equals("A") ? amperes : volts)
                    .put(matcher.group(1), Double.parseDouble(matcher.group(3)));
        }
        double watts = amperes.entrySet().stream()
                .mapToDouble(rail -> rail.getValue() * volts.getOrDefault(rail.getKey(), 0.0))
                .sum();
        return watts > 0 ? OptionalDouble.of(watts) : OptionalDouble.empty();
    }

    private OptionalDouble battery() {
        for (Path supply : folders("sys/class/power_supply")) {
            if (text(supply.resolve("type")).equals("Battery")
                    && text(supply.resolve("status")).equals("Discharging")) {
                OptionalDouble direct = number(supply.resolve("power_now"));
                OptionalDouble current = number(supply.resolve("current_now"));
                OptionalDouble voltage = number(supply.resolve("voltage_now"));
                if (direct.isPresent()) {
                    return OptionalDouble.of(Math.abs(direct.getAsDouble()) / 1e6);
                }
                if (current.isPresent() && voltage.isPresent()) {
                    return OptionalDouble.of(Math.abs(current.getAsDouble()) * voltage.getAsDouble() / 1e12);
                }
            }
        }
        return OptionalDouble.empty();
    }

    private List<Path> folders(String path) {
        Path folder = root.resolve(path);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> list = Files.list(folder)) {
            return list.sorted().toList();
        } catch (IOException e) {
            return List.of();
        }
    }

    private static OptionalDouble number(Path file) {
        String text = text(file);
        return text.matches("-?\\d{1,18}") ? OptionalDouble.of(Double.parseDouble(text)) : OptionalDouble.empty();
    }

    private static String text(Path file) {
        try {
            return Files.isReadable(file) ? Files.readString(file).strip() : "";
        } catch (IOException e) {
            return "";
        }
    }
}
