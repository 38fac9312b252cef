package io.fleetfit.rollout.plan;

import com.fasterxml.jackson.annotation.JsonCreator;

/** What a rollout does by itself when a gate fails, or stays undecided for too long. */
public enum Reaction {
    /** Stops asking and waits for somebody. */
    PAUSE,
    /** Ends; updated devices keep the new version. */
    KEEP,
    /** Ends; updated devices go back to what they ran before. */
    REVERT,
    /** Goes on with the next wave. Only for gates that stay undecided. */
    PROMOTE;

    /** The reaction of that name, in capitals or not; throws {@link IllegalArgumentException} that names all. */
    @JsonCreator
    public static Reaction parse(String name) {
        return Words.parse(Reaction.class, "reaction", name);
    }
}
