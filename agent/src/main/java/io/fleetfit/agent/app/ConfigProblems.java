package io.fleetfit.agent.app;

import java.util.List;

/** The configuration has problems; all of them at once. */
public final class ConfigProblems extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient List<String> problems;

    /** With a line a problem: key, value, remedy. */
    public ConfigProblems(List<String> problems) {
        super("the configuration has " + (problems.size() == 1 ? "a problem" : problems.size() + " problems")
                + ":\n  - " + String.join("\n  - ", problems));
        this.problems = List.copyOf(problems);
    }

    /** A line a problem. */
    public List<String> problems() {
        return problems;
    }
}
