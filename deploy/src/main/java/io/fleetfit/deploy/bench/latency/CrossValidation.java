package io.fleetfit.deploy.bench.latency;

import io.fleetfit.cost.CostHistory;
import io.fleetfit.cost.CostModel;
import io.fleetfit.cost.Observation;
import io.fleetfit.cost.UnitCosts;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Errors of the cost model on one device, each prediction by a model that never saw the row, nor any other row of the same
 * model on this device. Nothing is tuned in between: the product's own code with its own constants.
 */
final class CrossValidation {
    private static final int PROBES = 3;
    private static final int RANDOM_ROUNDS = 3;

    private final LatencyTables tables;
    private final List<Observation> all;

    CrossValidation(LatencyTables tables) {
        this.tables = tables;
        this.all = new CostHistory(tables.observations(), it -> UnitCosts.unknown()).observations();
    }

    /**
     * How one device came out.
     *
     * @param device its name
     * @param rows latencies of it; rows that the tables cannot tell apart count as one, their median
     * @param probes the models chosen
     * @param newToFleet one model left out, which no device knows
     * @param knownElsewhere one model left out on this device; other devices know it
     * @param threeProbes three chosen models known on this device, the others predicted; other devices know them
     * @param threeProbesNew the same for models that no device knows
     * @param threeRandom the same as {@code threeProbes} with models drawn at random
     * @param transfer one chosen model known, the others transferred from other devices; null without other devices
     * @param transferRandom the same with a model drawn at random
     * @param macs errors of latency in proportion to multiply-accumulates, one model left out
     * @param sixFeatures errors of six features with non-negative weights, one model left out
     */
    record Result(
            String device,
            int rows,
            List<String> probes,
            Errors newToFleet,
            Errors knownElsewhere,
            Errors threeProbes,
            Errors threeProbesNew,
            Errors threeRandom,
            @Nullable Errors transfer,
            @Nullable Errors transferRandom,
            @Nullable Double macs,
            @Nullable Double sixFeatures) {}

    Set<String> devices() {
        return all.stream().map(Observation::device).collect(Collectors.toCollection(TreeSet::new));
    }

    Result judge(String device) {
        List<Observation> own =
                all.stream().filter(it -> it.device().equals(device)).toList();
        boolean alone = own.size() == all.size();
        Set<String> models = own.stream().map(Observation::graph).collect(Collectors.toCollection(TreeSet::new));
        Errors newToFleet = new Errors();
        Errors knownElsewhere = new Errors();
        Errors threeProbesNew = new Errors();
        List<String> three = ProbeChoice.choose(own, PROBES);
        for (String model : models) {
            List<Observation> out = rows(own, model);
            predict(newToFleet, out, it -> !it.graph().equals(model));
            if (!alone) {
                predict(
                        knownElsewhere,
                        out,
                        it -> !it.graph().equals(model) || !it.device().equals(device));
            }
            if (!three.contains(model)) {
                predict(
                        threeProbesNew,
                        out,
                        it -> !it.graph().equals(model) && (!it.device().equals(device) || three.contains(it.graph())));
            }
        }
        Errors threeProbes = new Errors();
        probe(threeProbes, own, three);
        Errors threeRandom = new Errors();
        Errors transfer = new Errors();
        Errors transferRandom = new Errors();
        probe(transfer, own, three.subList(0, 1));
        Random random = new Random(device.hashCode());
        for (int round = 0; round < RANDOM_ROUNDS; round++) {
            List<String> drawn = ProbeChoice.random(own, PROBES, random);
            probe(threeRandom, own, drawn);
            probe(transferRandom, own, drawn.subList(0, 1));
        }
        return new Result(
                device,
                own.size(),
                three,
                newToFleet,
                knownElsewhere,
                threeProbes,
                threeProbesNew,
                threeRandom,
                alone ? null : transfer,
                alone ? null : transferRandom,
                Errors.median(Baselines.macs(own, tables.costs())),
                Errors.median(Baselines.sixFeatures(own, tables.costs())));
    }

    private static List<Observation> rows(List<Observation> own, String model) {
        return own.stream().filter(it -> it.graph().equals(model)).toList();
    }

    /** The device knows {@code probes} alone; everything else of it is predicted. */
    private void probe(Errors errors, List<Observation> own, List<String> probes) {
        String device = own.get(0).device();
        predict(
                errors,
                own.stream().filter(it -> !probes.contains(it.graph())).toList(),
                it -> !it.device().equals(device) || probes.contains(it.graph()));
    }

    private void predict(Errors errors, List<Observation> out, Predicate<Observation> known) {
        if (out.isEmpty()) {
            return;
        }
        CostHistory history = new CostHistory(all.stream().filter(known).toList(), it -> UnitCosts.unknown());
        Observation first = out.get(0);
        CostModel model = history.model(
                first.placement().profile(),
                first.placement().isaClass(),
                out.stream().map(Observation::graph).collect(Collectors.toSet()));
        out.forEach(
                it -> errors.add(model.estimate(it.placement(), it.graph(), it.work(), it.openShapes()), it.millis()));
    }
}
