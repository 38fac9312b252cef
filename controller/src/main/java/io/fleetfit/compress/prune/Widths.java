package io.fleetfit.compress.prune;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Chooses how many channels of each group go: again and again the cut that loses least for each multiply-accumulate that it
 * saves, until the budget holds.
 */
final class Widths {
    private final Analysis analysis;
    private final PruneSettings settings;
    private final List<Option> options;
    private final Map<Integer, Integer> goneBy = new HashMap<>();
    private final int[] gone;

    /**
     * A group with the order in which its channels go.
     *
     * @param order classes, first to go first
     * @param losses by number of channels gone, comparable between groups
     */
    @SuppressWarnings("ArrayRecordComponent") // numbers; nobody compares them with equals
    record Option(Group group, List<Integer> order, double[] losses) {}

    Widths(Analysis analysis, PruneSettings settings, List<Option> options) {
        this.analysis = analysis;
        this.settings = settings;
        this.options = options;
        gone = new int[options.size()];
    }

    private record Step(int option, int gone, long saved, double price) {}

    /** The classes that go to save so many multiply-accumulates, or as many as can be. */
    Set<Integer> choose(long toSave) {
        long saved = 0;
        while (saved < toSave) {
            Step best = null;
            for (int i = 0; i < options.size(); i++) {
                for (Step step : steps(i, toSave - saved)) {
                    best = best == null || step.price() < best.price() ? step : best;
                }
            }
            if (best == null) {
                break;
            }
            take(best);
            saved += best.saved();
        }
        return removed();
    }

    private void take(Step step) {
        List<Integer> order = options.get(step.option()).order();
        for (int i = gone[step.option()]; i < step.gone(); i++) {
            goneBy.put(order.get(i), step.option());
        }
        gone[step.option()] = step.gone();
    }

    private List<Step> steps(int index, long wanted) {
        Option option = options.get(index);
        long now = macs(index, gone[index]);
        List<Step> steps = new ArrayList<>();
        for (int count : counts(option.group(), settings)) {
            if (count > gone[index]) {
                long saved = now - macs(index, count);
                double lost = option.losses()[count] - option.losses()[gone[index]];
                if (saved > 0) {
                    // What a cut saves beyond the budget is worth nothing.
                    steps.add(new Step(index, count, saved, lost / Math.min(saved, wanted)));
                }
            }
        }
        return steps;
    }

    /** Numbers of channels that may go, so that the rest is a multiple of what widths are rounded to. */
    static List<Integer> counts(Group group, PruneSettings settings) {
        List<Integer> counts = new ArrayList<>();
        int least = Math.max(1, (int) Math.ceil(group.width() * (1 - settings.mostOfLayer())));
        int most = Math.min(group.classes().size(), group.width() - least);
        for (int count = 1; count <= most; count++) {
            if ((group.width() - count) % settings.roundTo() == 0 && count < group.width()) {
                counts.add(count);
            }
        }
        return counts;
    }

    private long macs(int index, int count) {
        Option option = options.get(index);
        Set<Integer> going = new HashSet<>(option.order().subList(0, count));
        long sum = 0;
        for (int node : option.group().nodes()) {
            sum += analysis.macs(node, atom -> {
                int root = analysis.channels().root(atom);
                return goneBy.containsKey(root) || going.contains(root) ? 0 : 1;
            });
        }
        return sum;
    }

    /** The classes that go. */
    private Set<Integer> removed() {
        return Set.copyOf(goneBy.keySet());
    }
}
