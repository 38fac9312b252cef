package io.fleetfit.fit;

import static io.fleetfit.fit.Fits.capabilities;
import static io.fleetfit.fit.Fits.policy;
import static io.fleetfit.fit.Fits.subject;
import static io.fleetfit.fit.Fits.variant;
import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.fit.FitEngine.Subject;
import io.fleetfit.fit.Rejection.Kind;
import io.fleetfit.fit.Rejection.Reason;
import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FitFilterTest {
    private static final List<String> CPU = List.of(ExecutionSettings.CPU);

    private static final String RUNTIME = capabilities().runtimeVersion();

    @Test
    void a_variant_within_all_bounds_is_not_rejected() {
        // Given
        Variant variant = variant("a").build();
        Policy policy = policy(200.0, 60_000_000L, 5_000_000L, null, 0.85);

        // When
        FitDecision decision = decide(variant, subject(capabilities()), policy);

        // Then
        assertThat(decision.rejections()).isEmpty();
        assertThat(decision.chosen()).isPresent();
    }

    @Test
    void every_filter_speaks_up_at_once_with_both_numbers() {
        // Given
        Variant variant = variant("a")
                .provider("CUDAExecutionProvider")
                .opsets(Map.of("", 21, "my.ops", 1))
                .operators(Set.of("Conv", "my.ops.Blur", "my.ops.Warp"))
                .tags(Map.of("isa", "asimddp, i8mm"))
                .quality(new Quality("top1", 0.8, 100))
                .build();
        Subject device = new Subject(
                Fits.device("d1", Fits.PROFILE, capabilities(240_000_000, 1_000_000, 17, CPU, Set.of("asimd"), true)),
                Set.of(),
                Set.of(variant.ref()));
        Policy policy = policy(50.0, 100_000_000L, 9_000_000L, 2_000_000L, 0.9);

        // When
        List<Reason> reasons = only(decide(variant, device, policy));

        // Then
        assertThat(reasons)
                .extracting(Reason::kind)
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(Kind.REFUSED)));
        assertThat(reasons)
                .extracting(Reason::text)
                .contains(
                        "operators: uses [Blur, Warp] of the domain 'my.ops', which no device's runtime has",
                        "operator set: needs opset 21, has opset 17",
                        "execution provider: needs CUDAExecutionProvider, the device has [CPUExecutionProvider]",
                        "CPU features: needs [asimddp, i8mm], which the device lacks",
                        "storage for models: needs 4.0 MB, has 1.0 MB",
                        "memory: needs 51.2 MB, has 40.0 MB",
                        "download: needs 4.0 MB, has 2.0 MB; the link is metered",
                        "quality: needs 0.9000, has 0.8000; top1 of 100 samples",
                        "latency: needs 130.00 ms, has 50.00 ms; upper bound; 100.00 ms computed from the graph",
                        "failed before: this device tried the variant in this rollout and failed");
    }

    @Test
    void what_a_device_refused_stands_with_its_numbers_until_the_budget_is_wider_or_the_runtime_another() {
        // Given
        Variant variant = variant("a").build();
        DeviceRefusal slow = refusal(variant, ErrorCode.BUDGET_LATENCY, 61.0, 50.0, RUNTIME);
        DeviceRefusal broken = refusal(variant, ErrorCode.RUNTIME_TRIAL, null, null, RUNTIME);
        DeviceRefusal ofOldRuntime = refusal(variant, ErrorCode.RUNTIME_TRIAL, null, null, "1.0.0");

        // When, then
        assertThat(only(decide(variant, refused(slow), policy(60.9, null, null, null, null))))
                .extracting(Reason::text)
                .contains("refused by qualification: needs 61.00 ms, has 50.00 ms; tried on this device");
        assertThat(decide(variant, refused(slow), policy(61.0, null, null, null, null))
                        .rejections())
                .flatExtracting(Rejection::reasons)
                .extracting(Reason::kind)
                .doesNotContain(Kind.REFUSED);
        assertThat(only(decide(variant, refused(broken), policy(null, null, null, null, null))))
                .extracting(Reason::text)
                .containsExactly("refused by qualification: tried on this device: why");
        assertThat(decide(variant, refused(ofOldRuntime), policy(null, null, null, null, null))
                        .rejections())
                .isEmpty();
    }

    private static Subject refused(DeviceRefusal refusal) {
        return new Subject(Fits.device("d1", Fits.PROFILE, capabilities()), Set.of(), Set.of(), List.of(refusal));
    }

    private static DeviceRefusal refusal(
            Variant variant, ErrorCode code, @Nullable Double needed, @Nullable Double available, String runtime) {
        return new DeviceRefusal(
                "d1", variant.ref(), new UpdateError(code, "why", needed, available), null, runtime, Fits.NOW);
    }

    @Test
    void what_the_device_does_not_tell_counts_against_the_variant() {
        // Given
        Variant variant = variant("a").tags(Map.of("isa", "asimd")).build();

        // When
        List<Reason> reasons =
                only(decide(variant, subject(capabilities(0, 0, 0, List.of(), Set.of(), false)), Policy.unbounded()));

        // Then
        assertThat(reasons)
                .extracting(Reason::kind)
                .containsExactlyInAnyOrder(Kind.OPSET, Kind.PROVIDER, Kind.ISA, Kind.STORAGE, Kind.MEMORY);
        assertThat(reasons)
                .extracting(Reason::text)
                .contains(
                        "storage for models: needs 4.0 MB, has 0.0 kB; the quota is none or unknown",
                        "memory: needs 51.2 MB, has 0.0 kB; the memory is none or unknown",
                        "execution provider: needs CPUExecutionProvider, the device has none",
                        "CPU features: needs [asimd], the device reports none");
    }

    @Test
    void a_quality_floor_rejects_what_was_never_measured() {
        // Given
        Variant variant = variant("a").quality(null).build();

        // When
        Reason reason = only(decide(variant, subject(capabilities()), policy(null, null, null, null, 0.9)))
                .get(0);

        // Then
        assertThat(reason.available()).isNull();
        assertThat(reason.text())
                .isEqualTo("quality: needs 0.9000, unknown here; no quality was measured: evaluate the variant");
    }

    @Test
    void a_graph_that_does_not_tell_its_operators_or_operator_set_is_rejected() {
        // Given
        Variant silent = variant("a").operators(Set.of()).build();
        Variant unversioned = variant("b").opsets(Map.of()).build();

        // When / Then
        assertThat(only(decide(silent, subject(capabilities()), Policy.unbounded())))
                .extracting(Reason::kind)
                .containsExactly(Kind.OPERATOR);
        assertThat(only(decide(unversioned, subject(capabilities()), Policy.unbounded())))
                .extracting(Reason::kind)
                .containsExactly(Kind.OPSET);
    }

    @Test
    void a_domain_that_is_named_but_not_used_is_no_reason() {
        // Given
        Variant variant = variant("a")
                .opsets(Map.of("ai.onnx", 13, "ai.onnx.preview.training", 1))
                .operators(Set.of("Conv", "com.microsoft.FusedConv"))
                .build();

        // When / Then
        assertThat(decide(variant, subject(capabilities()), Policy.unbounded()).rejections())
                .isEmpty();
    }

    @Test
    void a_blob_that_the_device_holds_needs_no_download_and_no_room() {
        // Given
        Variant variant = variant("a").build();
        Subject device = new Subject(
                Fits.device("d1", Fits.PROFILE, capabilities(1_000_000_000, 1_000_000, 17, CPU, Set.of(), true)),
                Set.of(variant.blob()),
                Set.of());

        // When
        FitDecision decision = decide(variant, device, policy(null, null, 1_000L, null, null));

        // Then
        assertThat(decision.chosen()).hasValueSatisfying(best -> {
            assertThat(best.downloadBytes()).isZero();
            assertThat(best.parts().changeCost()).isEqualTo(100);
        });
    }

    @Test
    void the_bound_on_metered_links_leaves_other_links_alone() {
        // Given
        Variant variant = variant("a").build();
        Policy policy = policy(null, null, null, 1_000_000L, null);

        // When
        FitDecision cable = decide(variant, subject(capabilities()), policy);
        FitDecision metered =
                decide(variant, subject(capabilities(1_000_000_000, 10_000_000, 17, CPU, Set.of(), true)), policy);

        // Then
        assertThat(cable.chosen()).isPresent();
        assertThat(only(metered)).extracting(Reason::kind).containsExactly(Kind.DOWNLOAD);
    }

    @Test
    void the_latency_filter_uses_the_upper_bound() {
        // Given a guess of 100 ms, at most 130 ms
        Variant variant = variant("a").build();

        // When / Then
        assertThat(decide(variant, subject(capabilities()), policy(131.0, null, null, null, null))
                        .chosen())
                .isPresent();
        assertThat(decide(variant, subject(capabilities()), policy(129.0, null, null, null, null))
                        .chosen())
                .isEmpty();
    }

    @Test
    void a_variant_made_for_other_kernels_is_rejected() {
        // Given
        Variant variant = variant("a").tags(Map.of("kernels", "arm")).build();
        Subject subject = subject(capabilities());

        // When
        FitDecision wrong = new StandardFitEngine(Fits.RATES, device -> "x86-vnni")
                .prepare(List.of(variant), List.of())
                .decide(subject, Policy.unbounded());
        FitDecision right = new StandardFitEngine(Fits.RATES, device -> "arm")
                .prepare(List.of(variant), List.of())
                .decide(subject, Policy.unbounded());

        // Then
        assertThat(only(wrong)).singleElement().satisfies(reason -> {
            assertThat(reason.kind()).isEqualTo(Kind.ISA);
            assertThat(reason.detail()).contains("arm", "x86-vnni");
        });
        assertThat(right.chosen()).isPresent();
    }

    @Test
    void an_estimate_over_open_shapes_is_twice_as_careful() {
        // Given
        Variant variant = variant("a").estimated().build();

        // When
        FitDecision decision = decide(variant, subject(capabilities()), Policy.unbounded());

        // Then
        assertThat(decision.chosen()).hasValueSatisfying(best -> {
            assertThat(best.latency().upperMillis()).isBetween(159.0, 161.0);
            assertThat(best.peakMemoryBytes()).isEqualTo(20_000_000 + 2 * 6_000_000 + (24 << 20));
        });
    }

    private static FitDecision decide(Variant variant, Subject subject, Policy policy) {
        return new StandardFitEngine(Fits.RATES)
                .prepare(List.of(variant), List.of())
                .decide(subject, policy);
    }

    private static List<Reason> only(FitDecision decision) {
        assertThat(decision.ranking()).isEmpty();
        assertThat(decision.rejections()).hasSize(1);
        return decision.rejections().get(0).reasons();
    }
}
