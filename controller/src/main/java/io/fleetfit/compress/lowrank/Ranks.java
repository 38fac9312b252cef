package io.fleetfit.compress.lowrank;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Chooses an option for each layer, or none. */
final class Ranks {
    private final FactorizeSettings settings;
    private final List<Candidate> candidates;

    /**
     * A layer with its options.
     *
     * @param weight what a loss of this layer's output counts, beside those of others
     */
    record Candidate(Factorable layer, List<Option> options, double weight) {}

    Ranks(FactorizeSettings settings, List<Candidate> candidates) {
        this.settings = settings;
        this.candidates = candidates;
    }

    /**
     * The options to take.
     *
     * @param total what the whole model costs, for the rules that cut a share of it
     */
    Map<Candidate, Option> choose(long total) {
        return switch (settings.rule()) {
            case MACS, PARAMETERS -> cut(Math.round(total * settings.share()));
            case ENERGY ->
                each(candidate -> candidate.options().stream()
                        .filter(option -> option.loss() <= 1 - settings.share())
                        .min((a, b) -> Long.compare(a.macs(), b.macs())));
            case RANK -> each(this::shareOfRank);
        };
    }

    private Map<Candidate, Option> each(Function<Candidate, Optional<Option>> choice) {
        Map<Candidate, Option> chosen = new LinkedHashMap<>();
        candidates.forEach(candidate -> choice.apply(candidate).ifPresent(option -> chosen.put(candidate, option)));
        return chosen;
    }

    private Optional<Option> shareOfRank(Candidate candidate) {
        double inputs = candidate.layer().layer().columns();
        double outputs = candidate.layer().layer().outputs();
        double most = settings.share() * Math.min(inputs, outputs);
        return candidate.options().stream()
                .filter(option -> option.rank() <= most
                        && (option.form() != Form.TUCKER || option.outer() <= settings.share() * outputs))
                .min((a, b) -> Double.compare(a.loss(), b.loss()));
    }

    private record Step(Candidate candidate, Option option, long saved, double price) {}

    /** Again and again the option that loses least for what it saves, until the budget holds. */
    private Map<Candidate, Option> cut(long toSave) {
        Map<Candidate, Option> chosen = new LinkedHashMap<>();
        long saved = 0;
        while (saved < toSave) {
            Step best = null;
            for (Candidate candidate : candidates) {
                for (Step step : steps(candidate, chosen.get(candidate), toSave - saved)) {
                    best = best == null || step.price() < best.price() ? step : best;
                }
            }
            if (best == null) {
                break;
            }
            chosen.put(best.candidate(), best.option());
            saved += best.saved();
        }
        return chosen;
    }

    private List<Step> steps(Candidate candidate, @Nullable Option now, long wanted) {
        long cost = now == null ? settings.cost(candidate.layer()) : settings.cost(now);
        double loss = now == null ? 0 : now.loss();
        List<Step> steps = new ArrayList<>();
        for (Option option : candidate.options()) {
            long saved = cost - settings.cost(option);
            if (saved > 0) {
                double lost = Math.max(0, option.loss() - loss) * candidate.weight();
                // What a step saves beyond the budget is worth nothing.
                steps.add(new Step(candidate, option, saved, lost / Math.min(saved, wanted)));
            }
        }
        return steps;
    }
}
