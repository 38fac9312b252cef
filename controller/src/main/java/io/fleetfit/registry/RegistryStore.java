package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Port: persistence of the registry. Each method is one transaction. Inserts throw {@link AlreadyExists}. */
public interface RegistryStore {
    /** Thrown by an insert under a name that is taken. */
    final class AlreadyExists extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /** Says what exists already. */
        public AlreadyExists(String what) {
            super(what);
        }
    }

    void insertModel(Model model);

    Optional<Model> model(String name);

    List<Model> models();

    /** Removes a model with everything below it. */
    void deleteModel(String name);

    void insertVersion(ModelVersion version);

    Optional<ModelVersion> version(String model, String version);

    /** Newest first. */
    List<ModelVersion> versions(String model);

    void deleteVersion(String model, String version);

    /** Points {@code alias} of {@code model} at {@code version}. */
    void setAlias(String model, String alias, String version);

    void deleteAlias(String model, String alias);

    /** Version by alias. */
    Map<String, String> aliases(String model);

    void setVersionTags(String model, String version, Map<String, String> tags);

    void insertVariant(Variant variant);

    Optional<Variant> variant(VariantRef ref);

    List<Variant> variants(String model, String version);

    void setQuality(VariantRef ref, Quality quality);

    void deleteVariant(VariantRef ref);

    void addMeasurement(Measurement measurement);

    /** Newest first, at most {@code limit} a variant. */
    List<Measurement> measurements(String model, String version, int limit);

    /** Digests that a version or variant names. */
    Set<Digest> referencedBlobs();
}
