package io.fleetfit.fit;

import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.fit.Rejection.Kind;
import io.fleetfit.fit.Rejection.Reason;
import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Says why a variant does not fit a device: all reasons, each with what is needed and what there is. What nobody knows
 * counts against the variant where the policy sets a bound on it.
 */
final class FitFilter {
    /** Operator domains that a stock ONNX Runtime implements, with the default one under both of its names. */
    private static final Set<String> KNOWN_DOMAINS = Set.of("", "ai.onnx", "ai.onnx.ml", "com.microsoft");

    private static final Reason FAILED =
            new Reason(Kind.FAILED_BEFORE, null, null, "", "this device tried the variant in this rollout and failed");

    private FitFilter() {}

    /** Reasons that no device can change: operators and quality. */
    static List<Reason> everywhere(Variant variant, Policy policy) {
        List<Reason> reasons = new ArrayList<>();
        operators(variant.summary(), reasons);
        quality(variant.quality(), policy.minQuality(), reasons);
        return List.copyOf(reasons);
    }

    /** All reasons against the candidate on this device; empty if it fits. */
    static List<Reason> reasons(Candidate candidate, Target target, LatencyEstimate latency, long downloadBytes) {
        List<Reason> reasons = candidate.fixed();
        Capabilities device = target.capabilities();
        Variant variant = candidate.variant();
        if (candidate.opset() > device.maxOpset()) {
            reasons = and(reasons, numbers(Kind.OPSET, candidate.opset(), device.maxOpset(), "opset"));
        }
        if (!device.executionProviders().contains(variant.settings().provider())) {
            reasons = and(reasons, provider(variant, device));
        }
        if (!candidate.isa().isEmpty() && !device.isaFeatures().containsAll(candidate.isa())) {
            reasons = and(reasons, features(candidate, device));
        }
        if (!candidate.kernels().isEmpty()
                && !candidate.kernels().equals(target.kernels().get())) {
            reasons = and(
                    reasons,
                    words(
                            Kind.ISA,
                            "made for the kernels of " + candidate.kernels() + ", the device runs those of "
                                    + target.kernels().get()));
        }
        if (downloadBytes > 0 && variant.size() > device.storageBytes()) {
            reasons = and(reasons, atLeast(Kind.STORAGE, variant.size(), device.storageBytes(), "the quota"));
        }
        if (candidate.peakMemoryBytes() > target.memoryBytes()) {
            reasons =
                    and(reasons, atLeast(Kind.MEMORY, candidate.peakMemoryBytes(), target.memoryBytes(), "the memory"));
        }
        if (downloadBytes > target.downloadBytes()) {
            reasons = and(reasons, download(downloadBytes, target));
        }
        Reason slow = latency.equals(candidate.latency()) ? candidate.slow() : latency(latency, target.policy());
        if (slow != null) {
            reasons = and(reasons, slow);
        }
        Reason refused = refused(variant, target);
        if (refused != null) {
            reasons = and(reasons, refused);
        } else if (!target.failed().isEmpty() && target.failed().contains(variant.ref())) {
            reasons = and(reasons, FAILED);
        }
        return reasons;
    }

    /** What the device itself said when it tried the variant; null if it did not refuse it. */
    private static @Nullable Reason refused(Variant variant, Target target) {
        for (DeviceRefusal refusal : target.refusals()) {
            if (refusal.variant().equals(variant.ref())) {
                UpdateError error = refusal.error();
                return switch (error.code().origin()) {
                    case BUDGET ->
                        new Reason(
                                Kind.REFUSED,
                                error.needed(),
                                error.available(),
                                error.code() == ErrorCode.BUDGET_LATENCY ? "ms" : "B",
                                "tried on this device");
                    case RUNTIME, NETWORK, STORAGE, ARTIFACT ->
                        words(Kind.REFUSED, "tried on this device: " + error.message());
                };
            }
        }
        return null;
    }

    /** Operator set of the default domain; 0 if the graph names none. */
    static int opset(Variant variant) {
        var opsets = variant.summary().opsets();
        return Math.max(opsets.getOrDefault("", 0), opsets.getOrDefault("ai.onnx", 0));
    }

    /** CPU features that a variant is of no use without, from its tag {@code isa}. */
    static List<String> isa(Variant variant) {
        String needed = variant.tags().getOrDefault("isa", "").trim();
        return needed.isEmpty() ? List.of() : List.of(needed.split("[\\s,]+", -1));
    }

    /** The reason against a latency whose upper bound breaks the budget, or is unknown; null if there is none. */
    static @Nullable Reason latency(LatencyEstimate latency, Policy policy) {
        Double budget = policy.maxP95Millis();
        if (budget == null || latency.upperMillis() <= budget) {
            return null;
        }
        String source =
                switch (latency.source()) {
                    case DEVICE -> "measured on this device";
                    case PROFILE -> "measured on devices of this profile";
                    case SCALED -> "scaled from another profile";
                    case MODEL -> "computed from the graph";
                };
        String guess = "upper bound; " + Rejection.show(latency.p95Millis(), "ms") + " " + source;
        return new Reason(Kind.LATENCY, latency.upperMillis(), budget, "ms", guess);
    }

    private static void operators(GraphSummary graph, List<Reason> reasons) {
        TreeMap<String, Set<String>> unknown = new TreeMap<>();
        boolean standard = false;
        for (String operator : graph.operators()) {
            String domain = operator.substring(0, Math.max(0, operator.lastIndexOf('.')));
            standard |= domain.isEmpty() || domain.equals("ai.onnx");
            if (!KNOWN_DOMAINS.contains(domain)) {
                unknown.computeIfAbsent(domain, key -> new TreeSet<>())
                        .add(operator.substring(operator.lastIndexOf('.') + 1));
            }
        }
        unknown.forEach((domain, names) -> reasons.add(words(
                Kind.OPERATOR, "uses " + names + " of the domain '" + domain + "', which no device's runtime has")));
        boolean named = graph.opsets().containsKey("") || graph.opsets().containsKey("ai.onnx");
        if (standard && !named) {
            reasons.add(words(Kind.OPSET, "the graph names no operator set of the standard operators that it uses"));
        }
        if (graph.operators().isEmpty() && graph.layers() > 0) {
            reasons.add(words(Kind.OPERATOR, "nobody knows which operators the graph uses: check the model again"));
        }
    }

    private static void quality(@Nullable Quality quality, @Nullable Double floor, List<Reason> reasons) {
        if (floor == null) {
            return;
        }
        if (quality == null) {
            reasons.add(
                    new Reason(Kind.QUALITY, floor, null, "ratio", "no quality was measured: evaluate the variant"));
        } else if (quality.value() < floor) {
            String metric = quality.metric() + " of " + quality.samples() + " samples";
            reasons.add(new Reason(Kind.QUALITY, floor, quality.value(), "ratio", metric));
        }
    }

    private static Reason provider(Variant variant, Capabilities device) {
        return words(
                Kind.PROVIDER,
                "needs " + variant.settings().provider() + ", the device has " + orNone(device.executionProviders()));
    }

    private static Reason features(Candidate candidate, Capabilities device) {
        Set<String> missing = new TreeSet<>(candidate.isa());
        missing.removeAll(device.isaFeatures());
        String what = device.isaFeatures().isEmpty() ? "the device reports none" : "which the device lacks";
        return words(Kind.ISA, "needs " + missing + ", " + what);
    }

    private static Reason download(long bytes, Target target) {
        String link = target.capabilities().meteredLink() ? "the link is metered" : "";
        return new Reason(Kind.DOWNLOAD, (double) bytes, (double) target.downloadBytes(), "B", link);
    }

    /** A device that says 0 or less has not said how much there is. */
    private static Reason atLeast(Kind kind, long needed, long available, String what) {
        String doubt = available > 0 ? "" : what + " is none or unknown";
        return new Reason(kind, (double) needed, (double) Math.max(0, available), "B", doubt);
    }

    private static String orNone(Collection<String> names) {
        return names.isEmpty() ? "none" : new TreeSet<>(names).toString();
    }

    private static Reason words(Kind kind, String text) {
        return new Reason(kind, null, null, "", text);
    }

    private static Reason numbers(Kind kind, double needed, double available, String unit) {
        return new Reason(kind, needed, available, unit, "");
    }

    /** Lists grow on the first reason only: most candidates of a fleet have none. */
    private static List<Reason> and(List<Reason> reasons, Reason reason) {
        List<Reason> grown = reasons instanceof ArrayList<Reason> own ? own : new ArrayList<>(reasons);
        grown.add(reason);
        return grown;
    }
}
