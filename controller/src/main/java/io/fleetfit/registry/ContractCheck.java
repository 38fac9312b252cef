package io.fleetfit.registry;

import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares what a graph takes and gives with what the model promises: the same names and element types, and dimensions
 * that agree wherever both are fixed. Order does not matter.
 */
public final class ContractCheck {
    private ContractCheck() {}

    /** Every difference, for people; empty if the graph keeps the contract. */
    public static List<String> differences(ModelContract contract, List<TensorSpec> inputs, List<TensorSpec> outputs) {
        List<String> found = new ArrayList<>();
        compare("input", contract.inputs(), inputs, found);
        compare("output", contract.outputs(), outputs, found);
        return found;
    }

    private static void compare(String what, List<TensorSpec> promised, List<TensorSpec> actual, List<String> found) {
        for (TensorSpec wanted : promised) {
            Optional<TensorSpec> same = byName(actual, wanted.name());
            if (same.isEmpty()) {
                found.add(what + " '" + wanted.name() + "' is missing");
            } else if (!agrees(wanted, same.get())) {
                found.add(what + " '" + wanted.name() + "' is " + text(same.get()) + ", the contract says "
                        + text(wanted));
            }
        }
        for (TensorSpec extra : actual) {
            if (byName(promised, extra.name()).isEmpty()) {
                found.add(what + " '" + extra.name() + "' is not in the contract");
            }
        }
    }

    private static Optional<TensorSpec> byName(List<TensorSpec> specs, String name) {
        return specs.stream().filter(spec -> spec.name().equals(name)).findFirst();
    }

    private static boolean agrees(TensorSpec wanted, TensorSpec actual) {
        if (!wanted.type().equals(actual.type())
                || wanted.shape().size() != actual.shape().size()) {
            return false;
        }
        for (int i = 0; i < wanted.shape().size(); i++) {
            long a = wanted.shape().get(i);
            long b = actual.shape().get(i);
            if (a >= 0 && b >= 0 && a != b) {
                return false;
            }
        }
        return true;
    }

    private static String text(TensorSpec spec) {
        return spec.type() + spec.shape();
    }
}
