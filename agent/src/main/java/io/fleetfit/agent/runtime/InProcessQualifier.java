package io.fleetfit.agent.runtime;

import io.fleetfit.agent.update.UpdateFailure;
import io.fleetfit.protocol.Qualification;
import java.util.concurrent.TimeUnit;

/**
 * Tries variants in the agent itself, for systems that cannot start another process: a model that crashes ends the agent,
 * which the crash-loop breaker then answers.
 */
public final class InProcessQualifier implements Qualifier {
    private final InferenceEngine engine;

    /** Tries with this engine. */
    public InProcessQualifier(InferenceEngine engine) {
        this.engine = engine;
    }

    @Override
    public Qualification qualify(TrialOrder order) throws UpdateFailure {
        long begin = System.nanoTime();
        Verdict verdict = new TrialRun(engine, order, TrialRun.Watch.standard()).run();
        return verdict.orFailure(order.settings().provider(), TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
    }
}
