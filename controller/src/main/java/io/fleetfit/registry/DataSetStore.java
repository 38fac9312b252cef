package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Port: persistence of data sets. Each method is one transaction. */
public interface DataSetStore {
    /** Adds a data set; throws {@link RegistryStore.AlreadyExists} if the name is taken. */
    void insert(DataSet set);

    Optional<DataSet> find(String name);

    /** In order of their names. */
    List<DataSet> list();

    /** Removes it; whether it was there. */
    boolean delete(String name);

    /** Digests of the files of all data sets. */
    Set<Digest> referencedBlobs();
}
