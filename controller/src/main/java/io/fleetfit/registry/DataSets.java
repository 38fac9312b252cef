package io.fleetfit.registry;

import io.fleetfit.registry.RegistryStore.AlreadyExists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;

/** The data sets. They never change once registered. Whatever it turns down it answers with a {@link Refused}. */
public final class DataSets {
    private final DataSetStore store;
    private final BlobStore blobs;
    private final DataSetUse use;
    private final Clock clock;

    /** A registry that keeps what somebody uses. */
    public DataSets(DataSetStore store, BlobStore blobs, DataSetUse use, Clock clock) {
        this.store = store;
        this.blobs = blobs;
        this.use = use;
        this.clock = clock;
    }

    /** {@link Invalid} or {@link Conflict} unless a new set may have this name and these tags. */
    public void requireFree(String name, Map<String, String> tags) {
        Check.name("name", name);
        var unused = Check.tags(tags);
        if (store.find(name).isPresent()) {
            throw taken(name);
        }
    }

    /** Registers a set that has been checked and whose file is a blob. Its time of creation is set here. */
    public DataSet add(DataSet set) {
        requireFree(set.name(), set.tags());
        try {
            if (!blobs.touch(set.digest())) {
                throw new NotFound("blob", set.digest().hex(), "upload the file again");
            }
            DataSet added = set.withCreatedAt(clock.instant());
            store.insert(added);
            return added;
        } catch (AlreadyExists e) {
            throw taken(set.name());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Conflict taken(String name) {
        return new Conflict(
                "the data set '" + name + "' exists already; data sets never change",
                "name",
                name,
                "choose another name, or delete that one first");
    }

    /** The set; {@link NotFound} if there is none. */
    public DataSet get(String name) {
        return store.find(name)
                .orElseThrow(() -> new NotFound("data set", name, "list the data sets, or import one under this name"));
    }

    /** All sets in order of their names. */
    public List<DataSet> list() {
        return store.list();
    }

    /** Removes a set; {@link Conflict} while somebody needs it. Its file goes with the next collection. */
    public void delete(String name) {
        DataSet set = get(name);
        List<String> users = use.users(set);
        if (!users.isEmpty()) {
            throw new Conflict(
                    "the data set '" + name + "' is in use by " + String.join(", ", users),
                    "name",
                    name,
                    "wait until they end, or remove them first");
        }
        store.delete(name);
    }
}
