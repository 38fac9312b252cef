package io.fleetfit.rollout;

import io.fleetfit.fit.FitPreview;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.DeviceUpdate.State;
import io.fleetfit.rollout.plan.RateRule;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a rollout would do, before anything moves.
 *
 * @param deployment what would be moved
 * @param version to which version
 * @param plan by which plan
 * @param waves who gets what in which wave
 * @param eligible devices that would be updated
 * @param current devices that run the chosen variant already
 * @param unfit devices that nothing fits
 * @param fit who gets which variant, and why devices get nothing
 * @param bytes what would be moved in all
 * @param atLeastSeconds how long it takes at least: watching, rate and bandwidth
 */
public record PlanPreview(
        String deployment,
        String version,
        RolloutPlan plan,
        List<Wave> waves,
        long eligible,
        long current,
        long unfit,
        FitPreview.Summary fit,
        long bytes,
        long atLeastSeconds) {
    public PlanPreview {
        waves = List.copyOf(waves);
    }

    /**
     * One wave.
     *
     * @param number from 1
     * @param devices in this wave alone
     * @param bytes what this wave moves
     * @param perVariant devices by variant
     * @param perProfile devices by profile
     * @param soakSeconds how long it is watched
     */
    public record Wave(
            int number,
            long devices,
            long bytes,
            Map<VariantRef, Long> perVariant,
            Map<String, Long> perProfile,
            long soakSeconds) {}

    private record Share(String profile, VariantRef variant) {}

    private record Entry(Share share, long order, long bytes) {}

    /** Collects devices while they stream by. For one thread. */
    static final class Collector {
        private final Intake intake;
        private final Map<Share, Share> shares = new HashMap<>();
        private final List<Entry> entries = new ArrayList<>();
        private long current;
        private long unfit;

        Collector(Intake intake) {
            this.intake = intake;
        }

        void add(FleetFit.Decided decided) {
            DeviceUpdate update = intake.add(decided.device(), decided.twin(), decided.decision());
            current += update.state() == State.CURRENT ? 1 : 0;
            unfit += update.state() == State.NO_FIT ? 1 : 0;
            VariantRef variant = update.variant();
            if (update.state() == State.PENDING && variant != null) {
                Share share = new Share(update.place().profile(), variant);
                entries.add(new Entry(
                        shares.computeIfAbsent(share, key -> key),
                        update.place().order(),
                        update.place().bytes()));
            }
        }

        PlanPreview finish(FitPreview.Summary fit) {
            RolloutState state = intake.finish();
            List<Counts> counts = new ArrayList<>();
            for (int i = 0; i < state.terms().waves(); i++) {
                counts.add(new Counts());
            }
            for (Entry entry : entries) {
                counts.get(wave(state.terms(), entry)).add(entry);
            }
            List<Wave> waves = new ArrayList<>();
            for (int i = 0; i < counts.size(); i++) {
                waves.add(counts.get(i).wave(i, Sightings.soak(state.terms(), i).toSeconds()));
            }
            long bytes = waves.stream().mapToLong(Wave::bytes).sum();
            return new PlanPreview(
                    state.rollout().deployment(),
                    state.rollout().version(),
                    state.terms().plan(),
                    waves,
                    state.terms().eligible(),
                    current,
                    unfit,
                    fit,
                    bytes,
                    seconds(state.terms().plan(), waves, bytes));
        }

        private static int wave(Terms terms, Entry entry) {
            for (int i = 0; i < terms.waves() - 1; i++) {
                Long border = terms.borders().get(i).get(entry.share().profile());
                if (border != null && entry.order() <= border) {
                    return i;
                }
            }
            return terms.waves() - 1;
        }

        private static long seconds(RolloutPlan plan, List<Wave> waves, long bytes) {
            double seconds = waves.stream().mapToLong(Wave::soakSeconds).sum();
            Long bandwidth = plan.bounds().bytesPerSecond();
            double moving = bandwidth == null ? 0 : (double) bytes / bandwidth;
            return Math.round(seconds + Math.max(moving, asking(plan.rate(), waves)));
        }

        private static double asking(@Nullable RateRule rate, List<Wave> waves) {
            if (rate == null) {
                return 0;
            }
            long devices = waves.stream().mapToLong(Wave::devices).sum();
            double seconds = 0;
            for (long done = 0; done < devices; ) {
                double perMinute = rate.perMinute(done);
                long some = Math.max(1, Math.min(devices - done, (long) perMinute));
                seconds += some / perMinute * 60;
                done += some;
            }
            return seconds;
        }
    }

    private static final class Counts {
        private final Map<VariantRef, Long> variants = new TreeMap<>();
        private final Map<String, Long> profiles = new TreeMap<>();
        private long devices;
        private long bytes;

        void add(Entry entry) {
            devices++;
            bytes += entry.bytes();
            variants.merge(entry.share().variant(), 1L, Long::sum);
            profiles.merge(entry.share().profile(), 1L, Long::sum);
        }

        Wave wave(int index, long soakSeconds) {
            return new Wave(index + 1, devices, bytes, variants, profiles, soakSeconds);
        }
    }
}
