package io.fleetfit.cost;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * All latencies that are known, one a graph and placement: the median over devices. Immutable. Models are made from it for
 * one profile at a time, of a bounded number of observations, so that a large fleet costs no more than a small one.
 */
public final class CostHistory {
    /** Observations of one model. Four hundred came within one part in twenty of the error of all. */
    static final int NEIGHBOURS = 400;

    private final List<Observation> observations;
    private final Function<Placement, UnitCosts> stated;

    /** A history of these, of any number of devices. */
    public CostHistory(List<Observation> observations, Function<Placement, UnitCosts> stated) {
        this.observations = medians(observations);
        this.stated = stated;
    }

    private record Cell(Placement placement, String graph) {}

    private static List<Observation> medians(List<Observation> all) {
        Map<Cell, List<Observation>> cells = new HashMap<>();
        for (Observation it : all) {
            cells.computeIfAbsent(new Cell(it.placement(), it.graph()), key -> new ArrayList<>())
                    .add(it);
        }
        List<Observation> medians = new ArrayList<>(cells.size());
        cells.values().forEach(cell -> {
            cell.sort(Comparator.comparingDouble(Observation::millis));
            medians.add(median(cell));
        });
        medians.sort(Comparator.comparingInt(CostHistory::scattered)
                .thenComparing(Observation::graph)
                .thenComparing(it -> it.placement().toString()));
        return List.copyOf(medians);
    }

    /** The one in the middle; of an even number the geometric mean of both there. */
    private static Observation median(List<Observation> sorted) {
        Observation low = sorted.get((sorted.size() - 1) / 2);
        Observation high = sorted.get(sorted.size() / 2);
        double millis = Math.sqrt(low.millis()) * Math.sqrt(high.millis());
        return new Observation(low.placement(), low.device(), low.graph(), low.work(), low.openShapes(), millis);
    }

    /** An order without a pattern that is the same in every process. */
    private static int scattered(Observation it) {
        int hash = (it.placement() + "/" + it.graph()).hashCode() * 0x9E3779B9;
        return hash ^ (hash >>> 15);
    }

    /** The observations, one a placement and graph. */
    public List<Observation> observations() {
        return observations;
    }

    /**
     * A model for placements of one profile: it takes the profile's own observations and those of the same graphs elsewhere,
     * a third of the room each, then such of its ISA class, then others.
     *
     * @param graphs names of the graphs that matter
     */
    public CostModel model(String profile, String isaClass, Set<String> graphs) {
        return CostModel.fit(near(profile, isaClass, graphs, NEIGHBOURS), stated);
    }

    private List<Observation> near(String profile, String isaClass, Set<String> graphs, int room) {
        if (observations.size() <= room) {
            return observations;
        }
        Predicate<Observation> own = it -> it.placement().profile().equals(profile);
        Predicate<Observation> alike = it -> it.placement().isaClass().equals(isaClass);
        Predicate<Observation> same = it -> graphs.contains(it.graph());
        List<Observation> chosen = new ArrayList<>(room);
        take(chosen, own.and(same), room / 3);
        take(chosen, own.and(same.negate()), room / 3);
        int others = chosen.size() + room / 3;
        take(chosen, own.negate().and(same).and(alike), others);
        take(chosen, own.negate().and(same).and(alike.negate()), others);
        take(chosen, own.negate().and(same.negate()).and(alike), chosen.size() + (room - chosen.size()) * 2 / 3);
        Set<Observation> taken = new HashSet<>(chosen);
        take(chosen, it -> !taken.contains(it), room);
        return chosen;
    }

    private void take(List<Observation> chosen, Predicate<Observation> which, int until) {
        for (Observation it : observations) {
            if (chosen.size() >= until) {
                return;
            }
            if (which.test(it)) {
                chosen.add(it);
            }
        }
    }
}
