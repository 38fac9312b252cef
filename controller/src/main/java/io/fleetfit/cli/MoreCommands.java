package io.fleetfit.cli;

/** Commands that other parts of a distribution add to {@code fleetfit}; found by {@link java.util.ServiceLoader}. */
public interface MoreCommands {
    /** An object annotated as a picocli command. */
    Object command();
}
