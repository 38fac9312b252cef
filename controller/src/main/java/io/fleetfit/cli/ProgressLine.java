package io.fleetfit.cli;

import java.io.PrintWriter;

/** A line on a terminal that is drawn over and over; draws nothing anywhere else. */
final class ProgressLine implements AutoCloseable {
    private static final int BAR = 24;
    private static final int WIDTH = Surroundings.COLUMNS - 1;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintWriter err;
    private final boolean drawn;
    private long lastDrawn = System.nanoTime() - REDRAW_NANOS;
    private String last = "";

    ProgressLine(PrintWriter err, boolean terminal) {
        this.err = err;
        this.drawn = terminal;
    }

    /** Shows a share between 0 and 1 with what is going on. */
    void show(String what, double share, String detail) {
        double part = Math.max(0, Math.min(1, share));
        int full = (int) Math.round(part * BAR);
        String bar = "█".repeat(full) + "░".repeat(BAR - full);
        draw(Show.format("%-12s %s %3.0f %%  %s", what, bar, Math.floor(part * 100), detail), part >= 1);
    }

    private void draw(String line, boolean now) {
        if (!drawn || line.equals(last) || (!now && System.nanoTime() - lastDrawn < REDRAW_NANOS)) {
            return;
        }
        String cut = line.length() > WIDTH ? line.substring(0, WIDTH - 1) + "…" : line;
        err.print("\r\u001b[K" + cut);
        err.flush();
        last = line;
        lastDrawn = System.nanoTime();
    }

    /** Leaves an empty line for what follows. */
    @Override
    public void close() {
        if (drawn && !last.isEmpty()) {
            err.print("\r\u001b[K");
            err.flush();
            last = "";
        }
    }
}
