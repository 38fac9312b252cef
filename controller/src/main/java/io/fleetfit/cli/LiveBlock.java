package io.fleetfit.cli;

import java.io.PrintWriter;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Lines that are drawn over and over on a terminal; elsewhere each line is printed when it is new. */
final class LiveBlock implements AutoCloseable {
    private final PrintWriter out;
    private final boolean terminal;
    private final Set<String> printed = new HashSet<>();
    private List<String> last = List.of();

    LiveBlock(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Shows the lines in the place of those before. */
    void show(List<String> lines) {
        if (lines.equals(last)) {
            return;
        }
        if (terminal) {
            clear();
            lines.forEach(out::println);
        } else {
            lines.stream().filter(printed::add).forEach(out::println);
        }
        out.flush();
        last = lines;
    }

    private void clear() {
        if (!last.isEmpty()) {
            out.print("\u001b[" + last.size() + "A\u001b[J");
        }
    }

    /** Leaves an empty place for what follows. */
    @Override
    public void close() {
        if (terminal) {
            clear();
            out.flush();
        } else if (!last.isEmpty()) {
            out.println();
        }
        last = List.of();
    }
}
