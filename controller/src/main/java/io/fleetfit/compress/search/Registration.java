package io.fleetfit.compress.search;

import io.fleetfit.compress.Lineage;
import io.fleetfit.compress.ReportStore;
import io.fleetfit.compress.Tool;
import io.fleetfit.compress.VariantImports;
import io.fleetfit.compress.VariantReport;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.ModelRegistry;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Makes the members of fronts variants of their version. Doing it again after a crash changes nothing. */
final class Registration {
    private final ModelRegistry registry;
    private final ReportStore reports;
    private final ModelContract contract;

    Registration(ModelRegistry registry, ReportStore reports, ModelContract contract) {
        this.registry = registry;
        this.reports = reports;
        this.contract = contract;
    }

    /** Full names of the variants, in the order of the members. */
    List<String> register(SearchOrder order, SearchReport report) {
        List<String> names = new ArrayList<>();
        for (SearchReport.Member member : report.members()) {
            VariantRef ref = place(order, member);
            Quality quality = VariantImports.quality(contract, member.evaluation());
            if (quality != null) {
                registry.setQuality(ref, quality);
            }
            reports.put(ref, report(order, member));
            names.add(ref.toString());
        }
        return names;
    }

    /** The variant that holds the member's file: one that is there already, or a new one. */
    private VariantRef place(SearchOrder order, SearchReport.Member member) {
        List<Variant> there = registry.variants(order.model(), order.version());
        Optional<Variant> same = there.stream()
                .filter(variant -> variant.blob().equals(member.blob()))
                .findFirst();
        if (same.isPresent()) {
            return same.get().ref();
        }
        boolean taken =
                there.stream().anyMatch(variant -> variant.ref().variant().equals(member.name()));
        String name = taken ? member.name() + "-" + member.blob().hex().substring(0, 8) : member.name();
        VariantRef ref = new VariantRef(order.model(), order.version(), name);
        return registry.addVariant(new Variant(
                        ref,
                        member.blob(),
                        member.size(),
                        member.recipe().name(),
                        member.passes(),
                        null,
                        member.recipe().precision(),
                        member.settings(),
                        member.summary(),
                        null,
                        member.recipe().tags(),
                        Instant.EPOCH))
                .ref();
    }

    private static VariantReport report(SearchOrder order, SearchReport.Member member) {
        return new VariantReport(
                new Lineage(
                        order.source(),
                        member.recipe().name(),
                        member.recipe().digest(),
                        member.passes(),
                        member.calibration(),
                        Tool.VERSION),
                member.evaluation(),
                order.validation().name(),
                member.targets(),
                member.findings());
    }
}
