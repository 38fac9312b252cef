package io.fleetfit.rollout;

/**
 * A rollout as the planner sees it.
 *
 * @param rollout head
 * @param terms what was fixed at the start
 * @param progress where it stands
 * @param revision grows with every stored change; one who changes it must know the newest
 */
public record RolloutState(Rollout rollout, Terms terms, Progress progress, long revision) {
    RolloutState with(Rollout head, Progress now) {
        return new RolloutState(head, terms, now, revision);
    }
}
