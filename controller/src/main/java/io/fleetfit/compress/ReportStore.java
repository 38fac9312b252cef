package io.fleetfit.compress;

import io.fleetfit.compress.search.SearchReport;
import io.fleetfit.registry.VariantRef;
import java.util.Map;
import java.util.Optional;

/** Port: reports of variants and of searches. They go with their variant or version. Each method is one transaction. */
public interface ReportStore {
    /** Notes the report of a variant, in place of an earlier one. */
    void put(VariantRef variant, VariantReport report);

    /** Reports of a version's variants; variants without a report are absent. */
    Map<VariantRef, VariantReport> reports(String model, String version);

    /** Notes what a search found, in place of what the same job noted before. */
    void put(String job, String model, String version, SearchReport report);

    /** The newest search of a version. */
    Optional<SearchReport> newestSearch(String model, String version);
}
