package io.fleetfit.dataset;

import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.file.DataSetFile;
import io.fleetfit.dataset.file.DataSetManifest.TruthKind;
import io.fleetfit.dataset.file.SampleRow;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.Invalid;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Samples of a data set's file as the inputs of a model. What cannot fit the model is refused when it is opened; a sample
 * that turns out to be damaged later throws {@link Invalid} from the iterator. For one thread.
 */
public final class DataSetReader implements Samples, AutoCloseable {
    private final DataSetFile file;
    private final SampleInputs inputs;
    private final int[] classes;
    private final BitSet chosen;
    private final Digest digest;

    private DataSetReader(DataSetFile file, SampleInputs inputs, int[] classes, BitSet chosen, Digest digest) {
        this.file = file;
        this.inputs = inputs;
        this.classes = classes;
        this.chosen = chosen;
        this.digest = digest;
    }

    /**
     * Opens a choice of samples for a model.
     *
     * @throws ModelRefused if the file is no data set, has no sample in the split, or its samples or classes are not the
     *     model's
     */
    public static DataSetReader open(SampleSource source, ModelContract contract) throws ModelRefused, IOException {
        try {
            DataSetFile file = DataSetFile.open(source.file());
            try {
                SampleInputs inputs = SampleInputs.of(file, contract);
                BitSet chosen = SampleChoice.of(file, source);
                if (chosen.isEmpty()) {
                    throw new BadDataSet("the data set has no sample in the split '" + source.split()
                            + "'; its splits are " + file.manifest().splits().keySet());
                }
                return new DataSetReader(
                        file, inputs, ClassMapping.of(file.manifest(), contract), chosen, digest(source, contract));
            } catch (IOException | BadDataSet | ModelRefused | RuntimeException e) {
                file.close();
                throw e;
            }
        } catch (BadDataSet e) {
            throw new ModelRefused(ModelRefused.Code.DATA_SET, String.valueOf(e.getMessage()), e);
        }
    }

    private static Digest digest(SampleSource source, ModelContract contract) {
        List<Object> facts = new ArrayList<>(List.of(
                "samples-1",
                source.digest().hex(),
                String.valueOf(source.split()),
                source.most(),
                source.seed(),
                contract.inputs(),
                contract.labels()));
        if (contract.image() != null) {
            facts.add(contract.image());
        }
        return Digest.of(JsonCodec.encode(facts));
    }

    @Override
    public int count() {
        return chosen.cardinality();
    }

    @Override
    public Digest digest() {
        return digest;
    }

    /** What is known to be right for the samples. */
    public TruthKind truth() {
        return file.manifest().truth();
    }

    @Override
    public Iterator<Sample> iterator() {
        try {
            return new Pass(file.rows());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (BadDataSet e) {
            throw damaged(e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static Invalid damaged(BadDataSet e) {
        return new Invalid(String.valueOf(e.getMessage()), "dataset", e.getMessage(), "import the data set again");
    }

    private Sample sample(SampleRow row) throws IOException, BadDataSet {
        return new Sample(row.id(), inputs.read(row), truth(row));
    }

    private @Nullable Truth truth(SampleRow row) throws IOException, BadDataSet {
        Integer label = row.label();
        List<SampleRow.BoxRow> boxes = row.boxes();
        if (label != null) {
            return new Truth.ClassIndex(classes[label]);
        }
        if (boxes == null) {
            return null;
        }
        List<Truth.Box> known = new ArrayList<>();
        for (SampleRow.BoxRow box : boxes) {
            known.add(new Truth.Box(classes[box.label()], box.left(), box.top(), box.right(), box.bottom()));
        }
        return inputs.inTensor(row, known);
    }

    /** A pass from front to end; the list is closed after the last sample, or with the file. */
    private final class Pass implements Iterator<Sample> {
        private final DataSetFile.Rows rows;
        private int read;
        private int next = chosen.nextSetBit(0);

        Pass(DataSetFile.Rows rows) {
            this.rows = rows;
        }

        @Override
        public boolean hasNext() {
            return next >= 0;
        }

        @Override
        public Sample next() {
            if (next < 0) {
                throw new NoSuchElementException();
            }
            try {
                SampleRow row = rows.next();
                for (; row != null && read < next; read++) {
                    row = rows.next();
                }
                read++;
                next = chosen.nextSetBit(next + 1);
                if (row == null) {
                    throw new BadDataSet("the list of samples is shorter than before");
                }
                if (next < 0) {
                    rows.close();
                }
                return sample(row);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (BadDataSet e) {
                throw damaged(e);
            }
        }
    }
}
