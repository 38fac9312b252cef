package io.fleetfit.agent.runtime;

import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Golden;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.TensorSpec;
import io.fleetfit.protocol.VariantManifest;
import io.fleetfit.protocol.picture.PictureShape;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A variant to be tried.
 *
 * @param file checked against the manifest's digest
 * @param name full name of the variant
 * @param settings how to run it
 * @param budget what it may cost
 * @param inputs that the contract promises
 * @param outputs that the contract promises
 * @param picture shape of a picture as the contract has it; empty where it takes none
 * @param golden inputs with the controller's outputs; absent if there are none
 */
public record TrialOrder(
        Path file,
        String name,
        ExecutionSettings settings,
        Budget budget,
        List<TensorSpec> inputs,
        List<TensorSpec> outputs,
        List<Long> picture,
        @Nullable Golden golden) {
    public TrialOrder {
        inputs = List.copyOf(inputs);
        outputs = List.copyOf(outputs);
        picture = List.copyOf(picture);
    }

    static TrialOrder of(VariantManifest manifest, ExecutionSettings settings, Budget budget, Path file) {
        return new TrialOrder(
                file,
                manifest.reference(),
                settings,
                budget,
                manifest.contract().inputs(),
                manifest.contract().outputs(),
                picture(manifest.contract().image()),
                manifest.golden());
    }

    private static List<Long> picture(@Nullable ImageInput image) {
        return image == null
                ? List.of()
                : Arrays.stream(PictureShape.of(image)).boxed().toList();
    }
}
