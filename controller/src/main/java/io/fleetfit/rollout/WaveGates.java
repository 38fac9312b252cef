package io.fleetfit.rollout;

import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.gate.Evidence;
import io.fleetfit.rollout.gate.Gate;
import io.fleetfit.rollout.gate.GateVerdict;
import io.fleetfit.rollout.gate.SequentialTest;
import io.fleetfit.rollout.gate.Tally;
import io.fleetfit.rollout.plan.GateRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The gates of the wave under way: what they say of the version, and of each variant by itself. */
final class WaveGates {
    /** Looks in a row at which a query must be above its limit before its gate fails. */
    static final int QUERY_LOOKS = 3;

    private final Books books;
    private final boolean over;
    private final List<Evidence> version = new ArrayList<>();
    private final Set<VariantRef> failing = new TreeSet<>();

    /** @param over whether all devices of the wave are decided */
    WaveGates(Books books, boolean over) {
        this.books = books;
        this.over = over;
    }

    /** Decides all gates; the evidence goes into the books. */
    void decide(Map<Integer, Double> queries) {
        List<GateRule> gates = books.terms.plan().allGates();
        List<Evidence> evidence = new ArrayList<>();
        for (int i = 0; i < gates.size(); i++) {
            if (gates.get(i).kind() == GateRule.Kind.QUERY) {
                version.add(query(gates.get(i), i, queries));
                continue;
            }
            version.add(ask(i, null));
            if (variantsMatter()) {
                ofVariants(i, evidence);
            }
        }
        evidence.addAll(0, version);
        books.evidence = List.copyOf(evidence);
    }

    /** A variant is judged by itself only where giving it up leaves another. */
    private boolean variantsMatter() {
        return books.terms.plan().reacting().fallsBack()
                && books.terms.variants().size() - books.givenUp().size() > 1;
    }

    private void ofVariants(int gate, List<Evidence> evidence) {
        for (VariantRef variant : new TreeSet<>(books.terms.variants())) {
            if (!books.givenUp().contains(variant) && books.tally(gate, variant).samples() > 0) {
                Evidence found = ask(gate, variant);
                evidence.add(found);
                if (found.verdict() == GateVerdict.FAIL && !isBeyondVariants(found)) {
                    failing.add(variant);
                }
            }
        }
    }

    private Evidence ask(int gate, @Nullable VariantRef variant) {
        return Gate.decide(new Gate.Question(
                books.terms.plan().allGates().get(gate),
                variant == null ? null : variant.variant(),
                books.tally(gate, variant),
                books.control.getOrDefault(Integer.toString(gate), Tally.NONE),
                alpha(variant != null),
                over));
    }

    /**
     * The share of the plan's chance of a false alarm that one question may use: all gates, and within them the version
     * and each variant, share alike; the waves get shares that fall with the square of their number, whose sum over any
     * number of waves is 1.
     */
    private double alpha(boolean ofVariant) {
        double gates = books.terms.plan().allGates().size();
        double share =
                variantsMatter() ? ofVariant ? 0.5 / books.terms.variants().size() : 0.5 : 1;
        double wave = 6 / (Math.PI * Math.PI * (books.wave + 1) * (books.wave + 1));
        return books.terms.plan().reacting().alarm() / gates * share * wave;
    }

    /** The value counts as a look each time that it could be read; looks within the limit begin the count anew. */
    private Evidence query(GateRule rule, int gate, Map<Integer, Double> queries) {
        String key = Integer.toString(gate);
        Tally looks = books.control.getOrDefault(key, Tally.NONE);
        Double value = queries.get(gate);
        boolean known = value != null && !value.isNaN();
        if (value != null && !value.isNaN()) {
            boolean above = value > rule.bound();
            looks = new Tally(looks.samples() + 1, looks.decided() + 1, above ? looks.bad() + 1 : 0);
            Map<String, Tally> control = new HashMap<>(books.control);
            control.put(key, looks);
            books.control = Map.copyOf(control);
        }
        GateVerdict verdict = looks.bad() >= QUERY_LOOKS
                ? GateVerdict.FAIL
                : !over ? GateVerdict.RUNNING : known && looks.bad() == 0 ? GateVerdict.PASS : GateVerdict.INCONCLUSIVE;
        return new Evidence(
                rule.kind(),
                null,
                verdict,
                known ? value : null,
                rule.bound(),
                looks.decided(),
                looks.bad(),
                null,
                null,
                known
                        ? String.format(
                                Locale.ROOT, "the query gives %.4g, at most %.4g is allowed", value, rule.bound())
                        : "the query gave no number");
    }

    /** The first gate that the version itself fails. */
    Optional<Evidence> failure() {
        return version.stream().filter(it -> it.verdict() == GateVerdict.FAIL).findFirst();
    }

    /**
     * Variants that are to be given up: those that fail by themselves, or, where the version fails and none of them does,
     * the one with the strongest evidence against it. None where the failure cannot be mended by another variant: silent
     * devices hear of none, and a query says nothing of variants.
     */
    Set<VariantRef> culprits(Optional<Evidence> failure) {
        if (!variantsMatter() || failure.filter(WaveGates::isBeyondVariants).isPresent()) {
            return Set.of();
        }
        if (!failing.isEmpty() || failure.isEmpty()) {
            return failing;
        }
        return worst(failure.get().gate()).map(Set::of).orElse(Set.of());
    }

    private static boolean isBeyondVariants(Evidence failure) {
        return switch (failure.gate()) {
            case SILENCE, QUERY -> true;
            case FAILURES, LATENCY, ERRORS, DRIFT, MEMORY, TEMPERATURE -> false;
        };
    }

    private Optional<VariantRef> worst(GateRule.Kind kind) {
        List<GateRule> gates = books.terms.plan().allGates();
        VariantRef worst = null;
        double most = Double.NEGATIVE_INFINITY;
        for (int i = 0; i < gates.size(); i++) {
            if (gates.get(i).kind() != kind) {
                continue;
            }
            for (VariantRef variant : new TreeSet<>(books.terms.variants())) {
                Tally tally = books.tally(i, variant);
                double evidence = SequentialTest.logEvidence(
                        tally.bad(), tally.samples(), gates.get(i).toleratedShare());
                if (!books.givenUp().contains(variant) && tally.samples() > 0 && evidence > most) {
                    worst = variant;
                    most = evidence;
                }
            }
        }
        return Optional.ofNullable(worst);
    }

    /** What failed of a variant, for people. */
    String why(VariantRef variant) {
        return books.evidence.stream()
                .filter(it -> variant.variant().equals(it.scope()) && it.verdict() == GateVerdict.FAIL)
                .map(it -> it.gate() + ": " + it.detail())
                .findFirst()
                .orElse("");
    }

    /** The gates that do not decide, for people. */
    String undecided() {
        List<String> words = new ArrayList<>();
        for (Evidence it : version) {
            if (it.verdict() == GateVerdict.INCONCLUSIVE) {
                words.add(it.gate() + ": " + it.detail());
            }
        }
        return String.join("; ", words);
    }
}
