package io.fleetfit.cost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.fleetfit.fit.Fits;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class CostLearnerTest {
    private final Variant variant = Fits.variant("int8").precision("int8").build();
    private final Ledger ledger = new Ledger();
    private final List<String> events = new ArrayList<>();
    private int learned;

    @Test
    void keeps_the_estimate_of_the_decision_beside_what_was_measured() {
        // Given a decision that expected 10 ms, 8 to 12
        ledger.decided.put("d1", new LatencyEstimate(10, 8, 12, LatencyEstimate.Source.MODEL));
        ledger.decided.put("d2", new LatencyEstimate(10, 8, 12, LatencyEstimate.Source.SCALED));

        // When
        learn("d1", 8, Measurement.Source.QUALIFICATION);
        learn("d2", 20, Measurement.Source.QUALIFICATION);
        learn("d3", 20, Measurement.Source.PRODUCTION);
        CostReport report = CostReport.of(ledger.checks(null, null, 10));

        // Then
        assertThat(learned).isEqualTo(3);
        assertThat(report.withoutEstimate()).isEqualTo(1);
        assertThat(report.total().checks()).isEqualTo(2);
        assertThat(report.total().coverage()).isEqualTo(0.5);
        assertThat(report.total().medianError()).isCloseTo((0.25 + 0.5) / 2, within(1e-9));
        assertThat(report.total().bias()).isCloseTo((0.25 - 0.5) / 2, within(1e-9));
        assertThat(report.sources()).extracting(CostReport.Row::name).containsExactly("MODEL", "SCALED");
        assertThat(report.models()).extracting(CostReport.Row::name).containsExactly("net");
        assertThat(report.profiles()).extracting(CostReport.Row::name).containsExactly(Fits.PROFILE);
    }

    @Test
    void what_serves_is_judged_by_the_decision_that_put_it_there() {
        // Given
        ledger.decided.put("d1", new LatencyEstimate(10, 8, 12, LatencyEstimate.Source.MODEL));
        learn("d1", 11, Measurement.Source.QUALIFICATION);

        // When a later decision knows better
        ledger.decided.put("d1", new LatencyEstimate(11, 10, 12, LatencyEstimate.Source.DEVICE));
        learn("d1", 11, Measurement.Source.PRODUCTION);

        // Then
        assertThat(ledger.check("d1", variant.ref()).orElseThrow().estimate())
                .isEqualTo(new LatencyEstimate(10, 8, 12, LatencyEstimate.Source.MODEL));
    }

    @Test
    void a_device_that_became_slower_gets_one_proposal_and_a_new_level() {
        // When
        for (int hour = 0; hour < 30; hour++) {
            learn("d1", 10, Measurement.Source.PRODUCTION);
        }
        assertThat(ledger.proposals).isEmpty();
        for (int hour = 0; hour < 40; hour++) {
            learn("d1", 15, Measurement.Source.PRODUCTION);
        }

        // Then
        assertThat(ledger.proposals).singleElement().satisfies(it -> {
            assertThat(it.deviceId()).isEqualTo("d1");
            assertThat(it.beforeMillis()).isCloseTo(10, within(1e-6));
            assertThat(it.nowMillis()).isEqualTo(15);
        });
        assertThat(events).containsExactly("cost.refit-proposed");
    }

    @Test
    void figures_that_say_nothing_are_left_out() {
        learn("d1", Double.NaN, Measurement.Source.PRODUCTION);
        learn("d1", 0, Measurement.Source.PRODUCTION);
        assertThat(ledger.checks).isEmpty();
        assertThat(learned).isZero();
    }

    private void learn(String device, double millis, Measurement.Source source) {
        new CostLearner(() -> learned++, ledger, (topic, data) -> events.add(topic))
                .measured(new Measurement(
                        variant.ref(),
                        device,
                        Fits.PROFILE,
                        ExecutionSettings.CPU,
                        4,
                        millis,
                        millis,
                        100,
                        source,
                        Fits.NOW));
    }

    private static final class Ledger implements CostLedger {
        private final Map<String, LatencyEstimate> decided = new HashMap<>();
        private final Map<String, LatencyCheck> checks = new HashMap<>();
        private final List<RefitProposal> proposals = new ArrayList<>();

        @Override
        public Optional<LatencyEstimate> decided(String deviceId, VariantRef ref) {
            return Optional.ofNullable(decided.get(deviceId));
        }

        @Override
        public Optional<LatencyCheck> check(String deviceId, VariantRef ref) {
            return Optional.ofNullable(checks.get(deviceId + ref));
        }

        @Override
        public void put(LatencyCheck check) {
            checks.put(check.deviceId() + check.variant(), check);
        }

        @Override
        public List<LatencyCheck> checks(@Nullable String model, @Nullable String profile, int limit) {
            return List.copyOf(checks.values());
        }

        @Override
        public void propose(RefitProposal proposal) {
            proposals.add(proposal);
        }

        @Override
        public List<RefitProposal> proposals(int limit) {
            return proposals;
        }
    }
}
