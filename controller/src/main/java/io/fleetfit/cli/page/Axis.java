package io.fleetfit.cli.page;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A linear axis.
 *
 * @param from value at {@code start}
 * @param to value at {@code end}
 * @param start pixel
 * @param end pixel
 */
record Axis(double from, double to, double start, double end) {
    private static final int TICKS = 6;

    /** An axis that shows all values with some air around; a single value gets some too. */
    static Axis around(double least, double most, double start, double end) {
        double span = most - least;
        double air = span > 0 ? span * 0.12 : Math.max(Math.abs(most) * 0.1, 0.01);
        return new Axis(least - air, most + air, start, end);
    }

    double pixel(double value) {
        return start + (value - from) / (to - from) * (end - start);
    }

    boolean contains(double value) {
        return value >= from && value <= to;
    }

    private double step() {
        double raw = (to - from) / TICKS;
        double power = Math.pow(10, Math.floor(Math.log10(raw)));
        double lead = raw / power;
        if (lead > 5) {
            return 10 * power;
        }
        if (lead > 2) {
            return 5 * power;
        }
        return lead > 1 ? 2 * power : power;
    }

    /** Round values on the axis. */
    List<Double> ticks() {
        double step = step();
        List<Double> ticks = new ArrayList<>();
        for (double tick = Math.ceil(from / step) * step; tick <= to + step * 1e-9; tick += step) {
            ticks.add(Math.rint(tick / step) * step);
        }
        return ticks;
    }

    /** A tick with as many digits as the step needs. */
    String text(double tick) {
        int digits = (int) Math.max(0, Math.ceil(-Math.log10(step()) - 1e-9));
        return String.format(Locale.ROOT, "%." + digits + "f", tick + 0.0);
    }
}
