package io.fleetfit.app;

import java.util.List;

/** Everything that is wrong with a configuration, each with key, value and remedy. */
public final class ConfigProblems extends Exception {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    ConfigProblems(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** One line each. */
    public List<String> problems() {
        return problems;
    }
}
