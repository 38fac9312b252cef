package io.fleetfit.dataset;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetFile;
import io.fleetfit.dataset.file.SampleRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Chooses at most so many samples, as evenly from all classes as they allow, the same for the same seed. */
final class SampleChoice {
    private static final int NO_CLASS = -1;

    private SampleChoice() {}

    /** Places of the chosen samples in the list of the set. */
    static BitSet of(DataSetFile file, SampleSource source) throws IOException, BadDataSet {
        Map<Integer, IntStream.Builder> byClass = new TreeMap<>();
        int place = 0;
        long matching = 0;
        try (DataSetFile.Rows rows = file.rows()) {
            for (SampleRow row = rows.next(); row != null; row = rows.next()) {
                if (source.split() == null || source.split().equals(row.split())) {
                    int stratum = row.label() == null ? NO_CLASS : row.label();
                    byClass.computeIfAbsent(stratum, key -> IntStream.builder()).add(place);
                    matching++;
                }
                place++;
            }
        }
        List<int[]> classes = new ArrayList<>();
        byClass.values().forEach(places -> classes.add(places.build().toArray()));
        return matching <= source.most() ? all(classes) : evenly(classes, source);
    }

    private static BitSet all(List<int[]> classes) {
        BitSet chosen = new BitSet();
        for (int[] places : classes) {
            for (int place : places) {
                chosen.set(place);
            }
        }
        return chosen;
    }

    /** One of each class after the other, until there are enough; classes and their samples in the seed's order. */
    private static BitSet evenly(List<int[]> classes, SampleSource source) {
        Random random = new Random(source.seed());
        Collections.shuffle(classes, random);
        classes.forEach(places -> shuffle(places, random));
        BitSet chosen = new BitSet();
        int count = 0;
        for (int round = 0; count < source.most(); round++) {
            for (int[] places : classes) {
                if (round < places.length && count < source.most()) {
                    chosen.set(places[round]);
                    count++;
                }
            }
        }
        return chosen;
    }

    private static void shuffle(int[] places, Random random) {
        for (int i = places.length - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            int kept = places[i];
            places[i] = places[other];
            places[other] = kept;
        }
    }
}
