package io.fleetfit.protocol;

import java.util.List;

/**
 * What a variant answers to inputs that both sides can make: the controller's own run of the same file. A device that
 * gets other answers computes something else than was evaluated.
 *
 * @param cases at least one
 * @param absolute part of the tolerance, in the unit of the output
 * @param relative part of the tolerance, of the greatest magnitude in the reference of the output
 */
public record Golden(List<GoldenCase> cases, double absolute, double relative) {
    /** Elements of one output that are compared at most. */
    public static final int MAX_ELEMENTS = 256;

    /**
     * One run.
     *
     * @param inputs one an input of the graph, in any order
     * @param outputs what came out; outputs without numbers are left out
     */
    public record GoldenCase(List<GoldenInput> inputs, List<GoldenOutput> outputs) {
        public GoldenCase {
            inputs = List.copyOf(inputs);
            outputs = List.copyOf(outputs);
        }
    }

    /**
     * An input as a recipe, see {@link GoldenValues}.
     *
     * @param name as in the graph
     * @param type Open Inference Protocol v2 datatype
     * @param shape dimensions, all above 0
     * @param seed of the numbers
     * @param hold how many neighbours share one number; 1 or more
     * @param low least value
     * @param high bound of the values, not reached
     */
    public record GoldenInput(
            String name, String type, List<Long> shape, long seed, int hold, double low, double high) {
        public GoldenInput {
            shape = List.copyOf(shape);
        }
    }

    /**
     * An output.
     *
     * @param name as in the graph
     * @param shape dimensions
     * @param values of the elements at {@code ⌊k · n / values⌋} of the flat tensor of n elements
     */
    public record GoldenOutput(String name, List<Long> shape, List<Double> values) {
        public GoldenOutput {
            shape = List.copyOf(shape);
            values = List.copyOf(values);
        }
    }

    public Golden {
        cases = List.copyOf(cases);
    }
}
