package io.fleetfit.cli.page;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A plot of quality over cost as SVG: a mark a candidate, its area the size of the file, a bar its interval. */
final class FrontPlot {
    private static final double WIDTH = 720;
    private static final double HEIGHT = 430;
    private static final double LEFT = 64;
    private static final double RIGHT = 704;
    private static final double TOP = 16;
    private static final double BOTTOM = 372;
    private static final double LARGEST = 20;
    private static final double SMALLEST = 4;

    private final List<FrontPoint> points;
    private final Function<FrontPoint, @Nullable Double> cost;
    private final Axis x;
    private final Axis y;
    private final double largest;
    private final StringBuilder svg = new StringBuilder();

    private FrontPlot(List<FrontPoint> all, Function<FrontPoint, @Nullable Double> cost) {
        this.cost = cost;
        List<FrontPoint> drawable = all.stream()
                .filter(point -> point.quality() != null && cost.apply(point) != null)
                .toList();
        List<FrontPoint> members =
                drawable.stream().filter(FrontPoint::isMember).toList();
        List<FrontPoint> frame = members.isEmpty() ? drawable : members;
        double low = frame.stream().mapToDouble(FrontPoint::low).min().orElse(0);
        double high = frame.stream().mapToDouble(FrontPoint::high).max().orElse(1);
        // What lost much more than the front's members is in the table; it would flatten the plot.
        double floor = low - Math.max(high - low, 0.01);
        points = drawable.stream()
                .filter(point -> Objects.requireNonNull(point.quality()) >= floor)
                .sorted(Comparator.comparing((FrontPoint point) -> size(point)).reversed())
                .toList();
        low = points.stream()
                .mapToDouble(point -> Math.max(floor, point.low()))
                .min()
                .orElse(0);
        y = Axis.around(low, high, BOTTOM, TOP);
        x = Axis.around(
                points.stream().mapToDouble(this::costOf).min().orElse(0),
                points.stream().mapToDouble(this::costOf).max().orElse(1),
                LEFT,
                RIGHT);
        largest = points.stream().mapToDouble(FrontPlot::size).max().orElse(1);
    }

    /** The plot; empty if there is nothing to draw. */
    static String of(
            List<FrontPoint> all, Function<FrontPoint, @Nullable Double> cost, String costTitle, String qualityTitle) {
        FrontPlot plot = new FrontPlot(all, cost);
        return plot.points.isEmpty() ? "" : plot.draw(costTitle, qualityTitle);
    }

    private double costOf(FrontPoint point) {
        return Objects.requireNonNull(cost.apply(point));
    }

    private static double size(FrontPoint point) {
        return point.size() == null ? 0 : point.size();
    }

    private double radius(FrontPoint point) {
        return Math.max(SMALLEST, LARGEST * Math.sqrt(size(point) / Math.max(1, largest)));
    }

    private String draw(String costTitle, String qualityTitle) {
        line(
                "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\" aria-label=\"%s over %s\">",
                WIDTH, HEIGHT, qualityTitle, costTitle);
        axes(costTitle, qualityTitle);
        Labels labels = new Labels(new Labels.Box(LEFT + 2, TOP, RIGHT, BOTTOM - 2));
        for (FrontPoint point : points) {
            double px = x.pixel(costOf(point));
            double py = y.pixel(Objects.requireNonNull(point.quality()));
            double r = radius(point);
            labels.avoid(new Labels.Box(px - r, py - r, px + r, py + r));
            labels.avoid(new Labels.Box(px - 3, clamp(y.pixel(point.high())), px + 3, clamp(y.pixel(point.low()))));
        }
        points.forEach(this::mark);
        points.stream()
                .sorted(Comparator.comparing(FrontPoint::isMember).reversed())
                .forEach(point -> label(point, labels));
        line("</svg>");
        return svg.toString();
    }

    private static double clamp(double pixel) {
        return Math.max(TOP, Math.min(BOTTOM, pixel));
    }

    private void axes(String costTitle, String qualityTitle) {
        for (double tick : x.ticks()) {
            double at = x.pixel(tick);
            line("<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", at, TOP, at, BOTTOM);
            line(
                    "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
                    at, BOTTOM + 18, x.text(tick));
        }
        for (double tick : y.ticks()) {
            double at = y.pixel(tick);
            line("<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", LEFT, at, RIGHT, at);
            line(
                    "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT - 8, at + 4, y.text(tick));
        }
        line(
                "<text class=\"title\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
                (LEFT + RIGHT) / 2, HEIGHT - 14, costTitle);
        line(
                "<text class=\"title\" transform=\"translate(16 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (TOP + BOTTOM) / 2, qualityTitle);
    }

    private void mark(FrontPoint point) {
        double px = x.pixel(costOf(point));
        double py = y.pixel(Objects.requireNonNull(point.quality()));
        String kind = point.isMember() ? "member" : "other";
        double top = clamp(y.pixel(point.high()));
        double bottom = clamp(y.pixel(point.low()));
        line("<g class=\"%s\"><title>%s</title>", kind, FrontPage.escape(point.name()));
        line("<line class=\"bar\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", px, top, px, bottom);
        for (double end : new double[] {top, bottom}) {
            line("<line class=\"bar\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", px - 4, end, px + 4, end);
        }
        line("<circle cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/></g>", px, py, radius(point));
    }

    private void label(FrontPoint point, Labels labels) {
        double px = x.pixel(costOf(point));
        double py = y.pixel(Objects.requireNonNull(point.quality()));
        Labels.Place place = labels.place(point.name(), px, py, radius(point));
        Labels.Box box = place.box();
        double middle = (box.top() + box.bottom()) / 2;
        if (place.isFar()) {
            double near = Math.max(box.left(), Math.min(box.right(), px));
            double edge = box.top() > py ? box.top() : box.bottom() < py ? box.bottom() : middle;
            line("<line class=\"lead\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>", px, py, near, edge);
        }
        line(
                "<text class=\"label%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">%s</text>",
                point.isMember() ? "" : " faint",
                (box.left() + box.right()) / 2,
                middle + 4,
                FrontPage.escape(point.name()));
    }

    private void line(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}
