package io.fleetfit.fit;

import io.fleetfit.cost.DeviceRates;
import io.fleetfit.cost.LatencyBook;
import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.cost.StaticCostModel;
import io.fleetfit.fit.FitDecision.Ranked;
import io.fleetfit.fit.FitDecision.ScoreParts;
import io.fleetfit.fit.Rejection.Reason;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** The fit of one profile under one policy, compiled: what is left for each device are comparisons of numbers. */
final class FitPlan {
    /** Candidates come in the order of their names and the sort is stable, so ties fall to the first name. */
    private static final Comparator<Ranked> BEST_FIRST = (a, b) -> Double.compare(b.score(), a.score());

    private final Policy policy;
    private final long reservedMemoryBytes;
    private final Function<Capabilities, String> kernels;
    private final Candidate[] candidates;

    /** @param variants in order of their names */
    FitPlan(
            String profile,
            Policy policy,
            List<Variant> variants,
            LatencyBook book,
            DeviceRates.Source rates,
            Function<Capabilities, String> kernels) {
        this.kernels = kernels;
        this.policy = policy;
        this.reservedMemoryBytes = rates.of(profile).reservedMemoryBytes();
        this.candidates = variants.stream()
                .map(it -> Candidate.of(it, book.ofProfile(profile, it), StaticCostModel.peakMemoryBytes(it), policy))
                .toArray(Candidate[]::new);
    }

    /** The decision for a device of the profile that measured {@code own} itself. */
    FitDecision decide(FitEngine.Subject subject, Map<VariantRef, LatencyEstimate> own) {
        Target target = Target.of(subject, policy, reservedMemoryBytes, kernels);
        List<Fitting> fitting = new ArrayList<>(candidates.length);
        List<Rejection> rejections = new ArrayList<>(candidates.length);
        for (Candidate candidate : candidates) {
            LatencyEstimate latency = own.isEmpty()
                    ? candidate.latency()
                    : own.getOrDefault(candidate.variant().ref(), candidate.latency());
            long download = download(candidate.variant(), subject.held());
            List<Reason> reasons = FitFilter.reasons(candidate, target, latency, download);
            if (reasons.isEmpty()) {
                fitting.add(new Fitting(candidate, latency, download));
            } else {
                rejections.add(new Rejection(candidate.variant().ref(), reasons));
            }
        }
        return new FitDecision(subject.device().id(), rank(fitting, target), rejections);
    }

    private record Fitting(Candidate candidate, LatencyEstimate latency, long download) {}

    private static long download(Variant variant, Set<Digest> held) {
        return !held.isEmpty() && held.contains(variant.blob()) ? 0 : variant.size();
    }

    private static List<Ranked> rank(List<Fitting> fitting, Target target) {
        double quality = 0;
        double fastest = Double.POSITIVE_INFINITY;
        for (Fitting it : fitting) {
            quality = Math.max(quality, it.candidate().quality());
            fastest = Math.min(fastest, it.latency().p95Millis());
        }
        FitScorer.Best best = new FitScorer.Best(quality, fastest);
        List<Ranked> ranking = new ArrayList<>(fitting.size());
        for (Fitting it : fitting) {
            ScoreParts parts = FitScorer.parts(it.candidate(), target, it.latency(), it.download(), best);
            ranking.add(new Ranked(
                    it.candidate().variant().ref(),
                    FitScorer.total(parts, target.policy().objective()),
                    parts,
                    it.latency(),
                    it.candidate().peakMemoryBytes(),
                    it.download()));
        }
        ranking.sort(BEST_FIRST);
        return ranking;
    }
}
