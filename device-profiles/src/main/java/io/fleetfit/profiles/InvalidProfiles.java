package io.fleetfit.profiles;

import java.util.List;

/** Profiles that cannot be used, with every problem that was found. */
public final class InvalidProfiles extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    /**
     * One problem.
     *
     * @param file name of the file
     * @param field path of the field, empty for the whole file
     * @param message what is wrong and what is expected
     */
    public record Problem(String file, String field, String message) {
        @Override
        public String toString() {
            return file + (field.isEmpty() ? "" : ": " + field) + ": " + message;
        }
    }

    InvalidProfiles(List<Problem> problems) {
        super(String.join("\n", problems.stream().map(Problem::toString).toList()));
        this.problems = List.copyOf(problems);
    }

    /** All problems. */
    public List<Problem> problems() {
        return problems;
    }
}
