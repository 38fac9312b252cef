package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.cost.CostBook;
import io.fleetfit.cost.CostLedger;
import io.fleetfit.cost.LatencyCheck;
import io.fleetfit.cost.LatencyEstimate;
import io.fleetfit.cost.Pace;
import io.fleetfit.cost.RefitProposal;
import io.fleetfit.fit.FitDecision;
import io.fleetfit.fit.Fits;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.RegistryStore;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.Rollout;
import io.fleetfit.rollout.RolloutStore;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class CostLedgerTest {
    private static final LatencyEstimate GUESS = new LatencyEstimate(12, 10, 15, LatencyEstimate.Source.SCALED);

    private final Database database;
    private final CostLedger ledger;

    CostLedgerTest(Backend backend) {
        database = backend.emptied();
        ledger = database.costLedger();
    }

    @BeforeEach
    void variants() {
        RegistryStore registry = database.registryStore();
        registry.insertModel(Samples.model("textdir"));
        registry.insertModel(Samples.model("other"));
        for (String model : List.of("textdir", "other")) {
            registry.insertVersion(Samples.version(model, "1"));
            registry.insertVariant(Samples.variant(model + "@1/fp32"));
        }
    }

    @Test
    void a_check_is_written_over_the_one_before() {
        // Given
        ledger.put(check("textdir@1/fp32", "d1", GUESS, 11, new Pace(3, 2.5, 0.01, 0)));

        // When
        LatencyCheck newer = check("textdir@1/fp32", "d1", GUESS, 13, new Pace(4, 2.6, 0.02, 1.5));
        ledger.put(newer);

        // Then
        assertThat(ledger.check("d1", newer.variant())).contains(newer);
        assertThat(ledger.check("d2", newer.variant())).isEmpty();
        assertThat(ledger.checks(null, null, 10)).containsExactly(newer);
    }

    @Test
    void checks_are_found_by_model_and_profile() {
        LatencyCheck first = check("textdir@1/fp32", "d1", GUESS, 11, Pace.NEW);
        LatencyCheck second = check("other@1/fp32", "d1", null, 11, Pace.NEW);
        ledger.put(first);
        ledger.put(second);

        assertThat(ledger.checks("textdir", null, 10)).containsExactly(first);
        assertThat(ledger.checks("other", "board", 10)).containsExactly(second);
        assertThat(ledger.checks(null, "elsewhere", 10)).isEmpty();
        assertThat(ledger.checks(null, null, 1)).hasSize(1);
    }

    @Test
    void a_variant_that_is_gone_takes_its_checks_along_and_is_no_error() {
        ledger.put(check("textdir@1/fp32", "d1", GUESS, 11, Pace.NEW));
        ledger.propose(proposal("textdir@1/fp32", 20));
        database.registryStore().deleteModel("textdir");

        ledger.put(check("textdir@1/fp32", "d1", GUESS, 11, Pace.NEW));
        ledger.propose(proposal("textdir@1/fp32", 20));

        assertThat(ledger.checks(null, null, 10)).isEmpty();
        assertThat(ledger.proposals(10)).isEmpty();
    }

    @Test
    void proposals_are_one_a_device_and_variant() {
        ledger.propose(proposal("textdir@1/fp32", 20));
        ledger.propose(proposal("textdir@1/fp32", 30));

        assertThat(ledger.proposals(10)).containsExactly(proposal("textdir@1/fp32", 30));
    }

    @Test
    void the_newest_decision_that_ranked_a_variant_is_found() {
        // Given
        RolloutStore rollouts = database.rolloutStore();
        for (int number = 1; number <= 2; number++) {
            FitDecision decision = new FitDecision(
                    "d1",
                    List.of(new FitDecision.Ranked(
                            VariantRef.parse("textdir@1/fp32"),
                            50,
                            new FitDecision.ScoreParts(1, 1, 1, 1),
                            new LatencyEstimate(number, 0, 9, LatencyEstimate.Source.MODEL),
                            1,
                            1)),
                    List.of());
            rollouts.insertRollout(
                    new Rollout("r-" + number, "shop", "1", Rollout.State.RUNNING, null, Samples.AT, null),
                    List.of(),
                    List.of(decision));
        }

        // When / Then
        assertThat(ledger.decided("d1", VariantRef.parse("textdir@1/fp32")))
                .contains(new LatencyEstimate(2, 0, 9, LatencyEstimate.Source.MODEL));
        assertThat(ledger.decided("d1", VariantRef.parse("textdir@1/int8"))).isEmpty();
        assertThat(ledger.decided("d2", VariantRef.parse("textdir@1/fp32"))).isEmpty();
    }

    @Test
    void the_cost_book_learns_what_is_stored_when_it_is_told() {
        // Given
        RegistryStore registry = database.registryStore();
        CostBook book = new CostBook(registry, Fits.RATES);
        assertThat(book.refresh()).isTrue();
        assertThat(book.latency("board", Samples.variant("textdir@1/fp32"))).isNull();

        // When
        registry.addMeasurement(new Measurement(
                VariantRef.parse("textdir@1/fp32"),
                "d1",
                "elsewhere",
                ExecutionSettings.CPU,
                4,
                10,
                12,
                50,
                Measurement.Source.PRODUCTION,
                Samples.AT));
        assertThat(book.refresh()).isFalse();
        book.changed();

        // Then
        assertThat(book.refresh()).isTrue();
        LatencyEstimate estimate = book.latency("board", Samples.variant("textdir@1/fp32"));
        assertThat(estimate).isNotNull();
        assertThat(estimate.source()).isEqualTo(LatencyEstimate.Source.SCALED);
    }

    private static LatencyCheck check(
            String ref, String device, @Nullable LatencyEstimate estimate, double p95, Pace pace) {
        return new LatencyCheck(VariantRef.parse(ref), device, "board", estimate, p95, p95 - 1, Samples.AT, pace);
    }

    private static RefitProposal proposal(String ref, double now) {
        return new RefitProposal("d1", "board", VariantRef.parse(ref), 10, now, Samples.AT);
    }
}
