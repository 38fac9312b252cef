package io.fleetfit.rollout;

import io.fleetfit.rollout.gate.Evidence;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who did what when and why.
 *
 * @param number grows
 * @param at when
 * @param deployment of what
 * @param rollout of which rollout; absent where it is about the deployment itself
 * @param who name of the token, or {@code fleetfit} where the controller acted by itself
 * @param action one word: {@code start}, {@code pass}, {@code revert}, …
 * @param reason for people
 * @param evidence verdicts that it rests on; empty where nothing was judged
 */
public record AuditEntry(
        long number,
        Instant at,
        String deployment,
        @Nullable String rollout,
        String who,
        String action,
        String reason,
        List<Evidence> evidence) {
    /** The controller itself. */
    public static final String CONTROLLER = "fleetfit";

    public AuditEntry {
        evidence = List.copyOf(evidence);
    }
}
