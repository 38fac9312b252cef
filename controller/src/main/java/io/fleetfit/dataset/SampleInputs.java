package io.fleetfit.dataset;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetFile;
import io.fleetfit.dataset.file.DataSetManifest.Content;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.onnx.FloatTensor;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.protocol.TensorSpec;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How the samples of a set become the inputs of a model. */
interface SampleInputs {
    /** A tensor for every input of the model. */
    Map<String, FloatTensor> read(SampleRow row) throws IOException, BadDataSet;

    /** Boxes of the picture as shares of the model's input. */
    Truth.Boxes inTensor(SampleRow row, List<Truth.Box> boxes) throws IOException, BadDataSet;

    /**
     * For the samples of a file and a model.
     *
     * @throws ModelRefused if the model takes something else
     */
    static SampleInputs of(DataSetFile file, ModelContract contract) throws ModelRefused {
        return file.manifest().content() == Content.PICTURES ? pictures(file, contract) : tensors(file, contract);
    }

    private static SampleInputs pictures(DataSetFile file, ModelContract contract) throws ModelRefused {
        ImageInput image = contract.image();
        if (image == null) {
            throw refused("the data set holds pictures, and the contract says not how a picture becomes the model's"
                    + " input; import the model with 'image' in its contract, or a set of tensors");
        }
        if (contract.inputs().size() != 1) {
            throw refused("the data set holds pictures, and the model takes "
                    + contract.inputs().stream().map(TensorSpec::name).toList()
                    + "; import a set of tensors with one array for each input");
        }
        return new PictureInputs(file, contract.inputs().get(0).name(), image);
    }

    private static SampleInputs tensors(DataSetFile file, ModelContract contract) throws ModelRefused {
        List<TensorSpec> held = file.manifest().inputs();
        Map<String, TensorSpec> byName = new HashMap<>();
        for (TensorSpec wanted : contract.inputs()) {
            TensorSpec found = held.size() == 1 && contract.inputs().size() == 1
                    ? held.get(0)
                    : held.stream()
                            .filter(spec -> spec.name().equals(wanted.name()))
                            .findFirst()
                            .orElseThrow(() -> refused("the data set has no array '" + wanted.name()
                                    + "' for the model's input of this name; it has "
                                    + held.stream().map(TensorSpec::name).toList()));
            requireShape(wanted, found);
            byName.put(wanted.name(), found);
        }
        return new TensorInputs(file, contract.inputs(), byName);
    }

    private static void requireShape(TensorSpec wanted, TensorSpec found) throws ModelRefused {
        List<Long> shape = TensorInputs.batched(found.shape(), wanted.shape());
        boolean fits =
                wanted.shape().isEmpty() || shape.size() == wanted.shape().size();
        for (int i = 0; fits && i < wanted.shape().size(); i++) {
            fits = wanted.shape().get(i) <= 0 || wanted.shape().get(i).equals(shape.get(i));
        }
        if (!fits) {
            throw refused("samples of the data set have the shape " + found.shape() + ", the model's input '"
                    + wanted.name() + "' takes " + wanted.shape() + "; reshape the array before it is imported");
        }
    }

    private static ModelRefused refused(String message) {
        return new ModelRefused(ModelRefused.Code.DATA_SET, message);
    }
}
