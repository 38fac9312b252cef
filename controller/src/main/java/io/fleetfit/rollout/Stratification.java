package io.fleetfit.rollout;

import io.fleetfit.protocol.Digest;
import io.fleetfit.rollout.plan.WaveRule;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Divides devices over waves so that each wave has every profile in its share of the fleet. Within a profile the order is
 * that of a hash of device and version: the same device is not always the first to try something new, and the same plan
 * gives the same waves. Shares are rounded by largest remainder, and a wave that is large enough has at least one device
 * of each profile.
 */
final class Stratification {
    private final Map<String, Hashes> byProfile = new TreeMap<>();

    /** The order of a device in rollouts of a version; at least 0, below {@link DeviceUpdate.Place#LATER}. */
    static long order(String deviceId, String version) {
        byte[] hash = Digest.sha256().digest((version + '\n' + deviceId).getBytes(StandardCharsets.UTF_8));
        return ByteBuffer.wrap(hash).getLong() >>> 2;
    }

    /** Counts a device in. */
    void add(String profile, long order) {
        byProfile.computeIfAbsent(profile, key -> new Hashes()).add(order);
    }

    private Hashes of(String profile) {
        return byProfile.getOrDefault(profile, new Hashes());
    }

    /** Devices counted. */
    long total() {
        return byProfile.values().stream().mapToLong(it -> it.size).sum();
    }

    /** Devices by the end of each wave. */
    List<Long> quotas(List<WaveRule> waves) {
        List<Long> quotas = new ArrayList<>();
        long before = 0;
        for (int i = 0; i < waves.size(); i++) {
            before = i == waves.size() - 1
                    ? total()
                    : Math.max(before, waves.get(i).upTo(total()));
            quotas.add(before);
        }
        return quotas;
    }

    /** The highest order that belongs to each wave, by profile; the last wave has no border. */
    List<Map<String, Long>> borders(List<Long> quotas) {
        byProfile.values().forEach(Hashes::sort);
        List<Map<String, Long>> borders = new ArrayList<>();
        Map<String, Integer> taken = new HashMap<>();
        for (int wave = 0; wave < quotas.size() - 1; wave++) {
            taken = shares(quotas.get(wave), taken);
            Map<String, Long> border = new TreeMap<>();
            taken.forEach((profile, count) -> border.put(profile, count == 0 ? -1 : of(profile).values[count - 1]));
            borders.add(border);
        }
        borders.add(Map.of());
        return borders;
    }

    /** How many devices of each profile a wave of {@code quota} devices has; never fewer than the wave before. */
    private Map<String, Integer> shares(long quota, Map<String, Integer> before) {
        Map<String, Integer> shares = new TreeMap<>();
        List<String> profiles = new ArrayList<>(byProfile.keySet());
        Map<String, Double> rest = new HashMap<>();
        long given = 0;
        for (String profile : profiles) {
            int size = of(profile).size;
            double exact = (double) quota * size / total();
            int least = quota >= profiles.size() ? 1 : 0;
            int share = Math.max(Math.max((int) Math.floor(exact), least), before.getOrDefault(profile, 0));
            shares.put(profile, Math.min(size, share));
            rest.put(profile, exact - share);
            given += shares.getOrDefault(profile, 0);
        }
        profiles.sort(
                Comparator.comparing((String it) -> -rest.getOrDefault(it, 0.0)).thenComparing(it -> it));
        correct(shares, before, profiles, quota - given);
        return shares;
    }

    /** Gives to those with the largest remainder first, or takes from those with the smallest. */
    private void correct(Map<String, Integer> shares, Map<String, Integer> before, List<String> byRest, long missing) {
        long left = missing;
        while (left > 0) {
            for (int i = 0; i < byRest.size() && left > 0; i++) {
                String profile = byRest.get(i);
                if (shares.getOrDefault(profile, 0) < of(profile).size) {
                    shares.merge(profile, 1, Integer::sum);
                    left--;
                }
            }
        }
        left = take(shares, before, byRest, left, 1);
        take(shares, before, byRest, left, 0);
    }

    /** Takes one each as long as too many are given; leaves {@code least}, and what earlier waves have. */
    private static long take(
            Map<String, Integer> shares, Map<String, Integer> before, List<String> byRest, long missing, int least) {
        long left = missing;
        boolean taken = true;
        while (left < 0 && taken) {
            taken = false;
            for (int i = byRest.size() - 1; i >= 0 && left < 0; i--) {
                String profile = byRest.get(i);
                if (shares.getOrDefault(profile, 0) > Math.max(least, before.getOrDefault(profile, 0))) {
                    shares.merge(profile, -1, Integer::sum);
                    left++;
                    taken = true;
                }
            }
        }
        return left;
    }

    /** Orders of one profile without boxes: a million devices take 8 MB. */
    private static final class Hashes {
        private long[] values = new long[16];
        private int size;

        void add(long order) {
            if (size == values.length) {
                values = Arrays.copyOf(values, size * 2);
            }
            values[size++] = order;
        }

        void sort() {
            Arrays.sort(values, 0, size);
        }
    }
}
