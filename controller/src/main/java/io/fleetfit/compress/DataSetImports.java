package io.fleetfit.compress;

import io.fleetfit.dataset.DataSetFacts;
import io.fleetfit.dataset.DataSetWorkshop;
import io.fleetfit.dataset.file.DataSetManifest;
import io.fleetfit.onnx.ModelRefused;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.BlobStore;
import io.fleetfit.registry.DataSet;
import io.fleetfit.registry.DataSets;
import io.fleetfit.registry.Invalid;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Set;

/** Turns uploaded files into data sets: checks them as a whole, then registers them. */
public final class DataSetImports {
    private final DataSets sets;
    private final BlobStore blobs;
    private final DataSetWorkshop workshop;
    private final Jobs jobs;
    private final Clock clock;

    /** Imports into {@code sets}. */
    public DataSetImports(DataSets sets, BlobStore blobs, DataSetWorkshop workshop, Jobs jobs, Clock clock) {
        this.sets = sets;
        this.blobs = blobs;
        this.workshop = workshop;
        this.jobs = jobs;
        this.clock = clock;
    }

    /** Begins an import; what can be refused at once is. */
    public Job begin(String name, Digest blob, Map<String, String> tags) {
        sets.requireFree(name, tags);
        if (!blobs.contains(blob)) {
            throw new Invalid(
                    "there is no uploaded file of this digest", "blob", blob, "upload it first: POST /api/v1/uploads");
        }
        return jobs.submit("import-dataset", Set.of(blob), progress -> {
            progress.at(0.05, "checks every sample");
            return register(name, blob, tags, progress);
        });
    }

    private Map<String, Object> register(String name, Digest blob, Map<String, String> tags, JobContext context)
            throws ModelRefused, IOException {
        Path file = blobs.file(blob);
        DataSetFacts facts = context.breakable(() -> workshop.checkDataSet(file));
        DataSetManifest manifest = facts.manifest();
        DataSet added = sets.add(new DataSet(
                name,
                blob,
                blobs.size(blob),
                switch (manifest.content()) {
                    case PICTURES -> DataSet.Content.PICTURES;
                    case TENSORS -> DataSet.Content.TENSORS;
                },
                switch (manifest.truth()) {
                    case NONE -> DataSet.Truth.NONE;
                    case CLASSES -> DataSet.Truth.CLASSES;
                    case BOXES -> DataSet.Truth.BOXES;
                },
                manifest.samples(),
                manifest.labelled(),
                facts.duplicates(),
                manifest.classes().stream()
                        .map(row -> new DataSet.ClassCount(row.number(), row.name(), row.samples()))
                        .toList(),
                manifest.splits(),
                tags,
                clock.instant()));
        return Map.of(
                "dataset", added.name(),
                "samples", added.samples(),
                "labelled", added.labelled(),
                "classes", added.classes().size(),
                "splits", added.splits(),
                "duplicates", added.duplicates());
    }
}
