package io.fleetfit.dataset.pack;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Deals the samples of each class out to splits by their shares: each sample goes to the split that lags behind its share
 * most, so that any first part of a class is divided as the whole.
 */
final class Splits {
    private static final int NO_CLASS = -1;

    private final Map<String, Double> shares;
    private final Map<Integer, Map<String, Integer>> dealt = new HashMap<>();
    private final Map<Integer, Integer> seen = new HashMap<>();

    Splits(Map<String, Double> shares) {
        this.shares = new TreeMap<>(shares);
    }

    /** The split of the next sample of a class; null if it is in none. */
    @Nullable
    String next(@Nullable Integer label) {
        if (shares.isEmpty()) {
            return null;
        }
        int key = label == null ? NO_CLASS : label;
        int count = seen.merge(key, 1, Integer::sum);
        Map<String, Integer> mine = dealt.computeIfAbsent(key, unused -> new HashMap<>());
        double rest =
                1 - shares.values().stream().mapToDouble(Double::doubleValue).sum();
        int left =
                count - 1 - mine.values().stream().mapToInt(Integer::intValue).sum();
        String best = null;
        double most = rest * count - left;
        for (Map.Entry<String, Double> share : shares.entrySet()) {
            double lag = share.getValue() * count - mine.getOrDefault(share.getKey(), 0);
            if (lag > most + 1e-9) {
                most = lag;
                best = share.getKey();
            }
        }
        if (best != null) {
            mine.merge(best, 1, Integer::sum);
        }
        return best;
    }
}
