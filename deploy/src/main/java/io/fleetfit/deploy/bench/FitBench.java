package io.fleetfit.deploy.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.app.ProfileCosts;
import io.fleetfit.cost.LearnedCosts;
import io.fleetfit.fit.FitDecision;
import io.fleetfit.fit.FitEngine;
import io.fleetfit.fit.FitEngine.Prepared;
import io.fleetfit.fit.FitEngine.Subject;
import io.fleetfit.fit.FitPreview;
import io.fleetfit.fit.Policy;
import io.fleetfit.fit.StandardFitEngine;
import io.fleetfit.profiles.Profiles;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;

/**
 * Decisions a second on one core: a made-up fleet of 100,000 devices, no two alike, against 40 variants. Each decision is
 * whole: every variant ranked with its parts, or rejected with all reasons and numbers. The baseline, in the same run,
 * explains each device by itself, as {@code fit explain} does, without anything prepared. The cost model is fitted once a
 * batch of new measurements in the background, so its first round pays for that and the others find it done.
 */
public final class FitBench {
    private static final int DEVICES = 100_000;
    private static final int VARIANTS = 40;
    private static final int NAIVE_DEVICES = 1_000;
    private static final int ROUNDS = 5;
    private static final Policy POLICY =
            new Policy(60.0, 400_000_000L, 40_000_000L, 6_000_000L, 0.80, Policy.Objective.QUALITY);

    private final ProfileCosts rates = new ProfileCosts(Profiles.bundled());
    private final FitFleet fleet = new FitFleet(7);
    private final List<Variant> variants = fleet.variants(VARIANTS);
    private final List<Subject> devices = fleet.devices(DEVICES, variants);
    private final List<Measurement> measurements = fleet.measurements(devices, variants);
    private final FitEngine engine =
            new StandardFitEngine(rates, new LearnedCosts(rates, variants, measurements));

    private FitBench() {}

    /** Runs the bench; the last line is one JSON object. */
    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        new FitBench().run(System.out);
    }

    private void run(PrintStream out) {
        double[] planned = new double[ROUNDS];
        double[] naive = new double[ROUNDS];
        for (int round = 0; round < ROUNDS; round++) {
            naive[round] = naive();
            planned[round] = planned();
            out.printf("round %d: %,.0f devices/s, one by one %,.0f%n", round + 1, planned[round], naive[round]);
        }
        FitPreview.Summary summary = preview();
        double rate = median(planned);
        double baseline = median(naive);
        ObjectNode result = JsonNodeFactory.instance
                .objectNode()
                .put("bench", "fit")
                .put("devicesPerSecond", Math.round(rate))
                .put("devices", DEVICES)
                .put("variants", VARIANTS)
                .put("threads", 1)
                .put("baseline", "prepare and explain each device by itself")
                .put("baselineDevicesPerSecond", Math.round(baseline))
                .put("ratio", Math.round(rate / baseline * 10) / 10.0)
                .put("devicesWithFit", DEVICES - summary.unfit())
                .put("variantsChosen", summary.perVariant().size())
                .put("ok", rate >= 100_000);
        out.println(result);
    }

    /** All devices with one prepared fit, its preparation included. */
    private double planned() {
        long start = System.nanoTime();
        Prepared fit = engine.prepare(variants, measurements);
        long rejected = 0;
        for (Subject device : devices) {
            rejected += check(fit.decide(device, POLICY));
        }
        return rate(DEVICES, start, rejected);
    }

    private double naive() {
        long start = System.nanoTime();
        long rejected = 0;
        for (Subject device : devices.subList(0, NAIVE_DEVICES)) {
            rejected += check(engine.prepare(variants, measurements).decide(device, POLICY));
        }
        return rate(NAIVE_DEVICES, start, rejected);
    }

    /** Uses the decision, so that the compiler cannot leave it out, and checks that it speaks of every variant. */
    private static int check(FitDecision decision) {
        int spoken = decision.ranking().size() + decision.rejections().size();
        if (spoken != VARIANTS) {
            throw new IllegalStateException("a decision speaks of " + spoken + " variants: " + decision.deviceId());
        }
        return decision.rejections().size();
    }

    private static double rate(int devices, long start, long rejected) {
        double seconds = (System.nanoTime() - start) / 1e9;
        if (rejected == 0) {
            throw new IllegalStateException("no variant was rejected: the bench measures nothing");
        }
        return devices / seconds;
    }

    private FitPreview.Summary preview() {
        FitPreview preview = new FitPreview(engine.prepare(variants, measurements), POLICY);
        devices.forEach(preview::add);
        return preview.summary();
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }
}
