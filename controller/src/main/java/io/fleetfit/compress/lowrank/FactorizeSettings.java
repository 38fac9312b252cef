package io.fleetfit.compress.lowrank;

import io.fleetfit.compress.PassSettings;
import io.fleetfit.compress.linear.Reconstruction.Scope;
import io.fleetfit.registry.Invalid;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Settings of {@link Factorize}.
 *
 * @param rule what decides the ranks
 * @param share the rule's number: of what is cut, or of what is kept
 * @param minGain share of a layer's cost that it must save to be worth another node
 * @param only names of the nodes to look at, or of operators; empty is all
 * @param exclude names of nodes or operators to leave
 * @param forms ways to factorise
 * @param reconstruct which layers are fitted to the original's answers afterwards
 * @param ridge weight of staying as they are in these fits, as a share of the mean energy of an input
 * @param sensitivitySamples samples over which the effect of each layer on the outputs is measured; 0 measures none
 */
record FactorizeSettings(
        RankRule rule,
        double share,
        double minGain,
        List<String> only,
        List<String> exclude,
        List<Form> forms,
        Scope reconstruct,
        double ridge,
        int sensitivitySamples) {
    private static final double DEFAULT_CUT = 0.2;

    static FactorizeSettings of(PassSettings settings) {
        Map<RankRule, Double> rules = new EnumMap<>(RankRule.class);
        read(settings, rules, "macs-cut", RankRule.MACS, 0.95);
        read(settings, rules, "params-cut", RankRule.PARAMETERS, 0.95);
        read(settings, rules, "energy", RankRule.ENERGY, 1);
        read(settings, rules, "rank", RankRule.RANK, 1);
        if (rules.size() > 1) {
            throw new Invalid(
                    "one rule alone decides the ranks",
                    "passes.factorize",
                    rules.keySet().toString(),
                    "give one of macs-cut, params-cut, energy and rank");
        }
        RankRule rule = rules.keySet().stream().findFirst().orElse(RankRule.MACS);
        List<Form> forms = new ArrayList<>();
        for (Form form : Form.values()) {
            if (settings.flag(form.name().toLowerCase(Locale.ROOT), true)) {
                forms.add(form);
            }
        }
        return new FactorizeSettings(
                rule,
                rules.getOrDefault(rule, DEFAULT_CUT),
                settings.number("min-gain", 0.2, 0, 0.95),
                settings.texts("only"),
                settings.texts("exclude"),
                List.copyOf(forms),
                settings.choice("reconstruct", Scope.FOLLOWING),
                settings.number("ridge", 1e-2, 1e-8, 10),
                settings.integer("sensitivity-samples", 32, 0, 1000));
    }

    private static void read(
            PassSettings settings, Map<RankRule, Double> rules, String name, RankRule rule, double most) {
        double value = settings.number(name, Double.NaN, 0.01, most);
        if (!Double.isNaN(value)) {
            rules.put(rule, value);
        }
    }

    /** Whether a node may be factorised. */
    boolean wants(String node, String operator) {
        return (only.isEmpty() || only.contains(node) || only.contains(operator))
                && !exclude.contains(node)
                && !exclude.contains(operator);
    }

    /** What an option costs by the rule's measure. */
    long cost(Option option) {
        return rule == RankRule.PARAMETERS ? option.parameters() : option.macs();
    }

    /** What a layer costs by the rule's measure. */
    long cost(Factorable layer) {
        return rule == RankRule.PARAMETERS ? layer.parameters() : layer.macs();
    }
}
