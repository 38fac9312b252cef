package io.fleetfit.fit;

import io.fleetfit.fit.Rejection.Kind;
import io.fleetfit.fit.Rejection.Reason;
import io.fleetfit.registry.VariantRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What a policy would do to a fleet, counted while devices stream by: how many get which variant, how many get nothing
 * and why. Holds counts and a few examples, never the decisions. Not safe for many threads.
 */
public final class FitPreview {
    private static final int EXAMPLES = 10;

    private final FitEngine.Prepared fit;
    private final Policy policy;
    private final Map<VariantRef, Map<String, Long>> chosen = new TreeMap<>();
    private final Map<String, Long> unfit = new TreeMap<>();
    private final Map<Kind, Blame> blames = new EnumMap<>(Kind.class);
    private final List<FitDecision> examples = new ArrayList<>();
    private long total;

    /** An empty preview of {@code policy}. */
    public FitPreview(FitEngine.Prepared fit, Policy policy) {
        this.fit = fit;
        this.policy = policy;
    }

    /** Counts one device. */
    public void add(FitEngine.Subject subject) {
        FitDecision decision = fit.decide(subject, policy);
        String profile = subject.device().profile();
        total++;
        if (decision.ranking().isEmpty()) {
            unfit.merge(profile, 1L, Long::sum);
            blame(decision);
        } else {
            chosen.computeIfAbsent(decision.ranking().get(0).variant(), key -> new TreeMap<>())
                    .merge(profile, 1L, Long::sum);
        }
    }

    private void blame(FitDecision decision) {
        Set<Kind> some = EnumSet.noneOf(Kind.class);
        Set<Kind> every = EnumSet.allOf(Kind.class);
        Map<Kind, Reason> examplesOfKind = new EnumMap<>(Kind.class);
        for (Rejection rejection : decision.rejections()) {
            Set<Kind> here = EnumSet.noneOf(Kind.class);
            for (Reason reason : rejection.reasons()) {
                here.add(reason.kind());
                examplesOfKind.putIfAbsent(reason.kind(), reason);
            }
            some.addAll(here);
            every.retainAll(here);
        }
        examplesOfKind.forEach(
                (kind, reason) -> blames.computeIfAbsent(kind, key -> new Blame(decision.deviceId(), reason))
                        .count(every.contains(kind)));
        if (examples.size() < EXAMPLES) {
            examples.add(decision);
        }
    }

    /** The counts so far. */
    public Summary summary() {
        List<VariantShare> variants = new ArrayList<>();
        chosen.forEach((variant, profiles) -> variants.add(new VariantShare(variant, sum(profiles), profiles)));
        variants.sort(Comparator.comparingLong(VariantShare::devices).reversed());
        List<NoFit> reasons = new ArrayList<>();
        blames.forEach((kind, blame) -> reasons.add(blame.toNoFit(kind)));
        reasons.sort(Comparator.comparingLong(NoFit::blocking)
                .thenComparingLong(NoFit::devices)
                .reversed());
        return new Summary(total, variants, sum(unfit), unfit, reasons, examples);
    }

    private static long sum(Map<String, Long> counts) {
        return counts.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Counts of one kind of reason. */
    private static final class Blame {
        private final String device;
        private final Reason example;
        private long devices;
        private long blocking;

        Blame(String device, Reason example) {
            this.device = device;
            this.example = example;
        }

        void count(boolean alone) {
            devices++;
            blocking += alone ? 1 : 0;
        }

        NoFit toNoFit(Kind kind) {
            return new NoFit(kind, devices, blocking, device, example.text());
        }
    }

    /**
     * A preview.
     *
     * @param total devices looked at
     * @param perVariant what gets which variant, most devices first, then by name
     * @param unfit devices that get nothing
     * @param unfitPerProfile the same by profile
     * @param noFit why they get nothing, the reason that blocks most first
     * @param sample decisions of a few devices that get nothing
     */
    public record Summary(
            long total,
            List<VariantShare> perVariant,
            long unfit,
            Map<String, Long> unfitPerProfile,
            List<NoFit> noFit,
            List<FitDecision> sample) {
        public Summary {
            perVariant = List.copyOf(perVariant);
            unfitPerProfile = Map.copyOf(unfitPerProfile);
            noFit = List.copyOf(noFit);
            sample = List.copyOf(sample);
        }
    }

    /**
     * Devices that get one variant.
     *
     * @param perProfile devices by profile
     */
    public record VariantShare(VariantRef variant, long devices, Map<String, Long> perProfile) {
        public VariantShare {
            perProfile = Map.copyOf(perProfile);
        }
    }

    /**
     * One kind of reason for which devices get nothing. A device counts under each kind that it meets.
     *
     * @param reason the kind
     * @param devices devices without a fit for which it stands against at least one variant
     * @param blocking those of them for which it stands against every variant: as long as it stands, nothing fits
     * @param exampleDevice one such device
     * @param example the reason as that device meets it
     */
    public record NoFit(Kind reason, long devices, long blocking, String exampleDevice, String example) {}
}
