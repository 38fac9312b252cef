package io.fleetfit.registry;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.RegistryStore.AlreadyExists;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Models, their versions, aliases and variants. Versions and variants never change once registered, but for tags, quality
 * and measurements. Whatever it turns down it answers with a {@link Refused}.
 */
public final class ModelRegistry {
    private static final int NUMBERING_TRIES = 10;

    private final RegistryStore store;
    private final BlobStore blobs;
    private final VariantUse use;
    private final Clock clock;

    /** A registry whose variants no device runs. */
    public ModelRegistry(RegistryStore store, BlobStore blobs, Clock clock) {
        this(store, blobs, (model, version, variant) -> 0, clock);
    }

    /** A registry that keeps what devices shall run. */
    public ModelRegistry(RegistryStore store, BlobStore blobs, VariantUse use, Clock clock) {
        this.store = store;
        this.blobs = blobs;
        this.use = use;
        this.clock = clock;
    }

    /** Registers a model; {@link Conflict} if the name is taken. */
    public Model createModel(String name, ModelContract contract, Map<String, String> tags) {
        Model model = new Model(Check.name("model", name), contract, Check.tags(tags), clock.instant());
        try {
            store.insertModel(model);
        } catch (AlreadyExists e) {
            throw new Conflict("model '" + name + "' exists already", "model", name, "add a version to it");
        }
        return model;
    }

    /** The model; {@link NotFound} if there is none. */
    public Model model(String name) {
        return store.model(name)
                .orElseThrow(() -> new NotFound("model", name, "list the models, or import one under this name"));
    }

    /** All models in order of their names. */
    public List<Model> models() {
        return store.models();
    }

    /** Removes a model with all its versions; {@link Conflict} while a device shall run one of them. */
    public void deleteModel(String name) {
        model(name);
        for (ModelVersion version : store.versions(name)) {
            requireUnused(name, version.version(), null);
        }
        store.deleteModel(name);
    }

    /**
     * Registers a version of a model.
     *
     * @param version its name; absent for the next number
     * @param source the uploaded file, which must be a blob already
     */
    public ModelVersion addVersion(String model, @Nullable String version, Digest source, Map<String, String> tags) {
        model(model);
        requireBlob("source", source);
        Map<String, String> checked = Check.tags(tags);
        for (int attempt = 1; ; attempt++) {
            String name = version == null ? nextNumber(model) : Check.name("version", version);
            if (store.aliases(model).containsKey(name)) {
                throw new Conflict(
                        "'" + name + "' is an alias of model '" + model + "'", "version", name, "choose another name");
            }
            ModelVersion added = new ModelVersion(model, name, source, checked, clock.instant());
            try {
                store.insertVersion(added);
                return added;
            } catch (AlreadyExists e) {
                if (version != null || attempt == NUMBERING_TRIES) {
                    throw new Conflict(
                            "version '" + name + "' of model '" + model + "' exists already; versions never change",
                            "version",
                            name,
                            "choose another name, or none for the next number");
                }
            }
        }
    }

    private String nextNumber(String model) {
        long newest = store.versions(model).stream()
                .map(ModelVersion::version)
                .filter(name -> name.matches("[1-9][0-9]{0,17}"))
                .mapToLong(Long::parseLong)
                .max()
                .orElse(0);
        return Long.toString(newest + 1);
    }

    /** The version that {@code revision}, a version's name or an alias, stands for. */
    public ModelVersion resolve(String model, String revision) {
        return store.version(model, revision)
                .or(() -> Optional.ofNullable(store.aliases(model).get(revision))
                        .flatMap(version -> store.version(model, version)))
                .orElseThrow(() -> new NotFound(
                        "version",
                        model + "@" + revision,
                        "use one of the versions " + names(model) + " or an alias of "
                                + store.aliases(model).keySet()));
    }

    private List<String> names(String model) {
        model(model);
        return store.versions(model).stream().map(ModelVersion::version).toList();
    }

    /** Versions of a model, newest first. */
    public List<ModelVersion> versions(String model) {
        model(model);
        return store.versions(model);
    }

    /** Replaces the tags of a version. */
    public void setVersionTags(String model, String version, Map<String, String> tags) {
        store.setVersionTags(model, version, Check.tags(tags));
    }

    /** Removes a version; {@link Conflict} while an alias points at it or a device shall run it. */
    public void deleteVersion(String model, String version) {
        requireVersion(model, version);
        store.aliases(model).forEach((alias, target) -> {
            if (target.equals(version)) {
                throw new Conflict(
                        "alias '" + alias + "' points at version '" + version + "' of model '" + model + "'",
                        "version",
                        version,
                        "move or remove the alias first");
            }
        });
        requireUnused(model, version, null);
        store.deleteVersion(model, version);
    }

    /** Points an alias at a version. An alias cannot bear the name of a version. */
    public void setAlias(String model, String alias, String version) {
        Check.name("alias", alias);
        requireVersion(model, version);
        if (store.version(model, alias).isPresent() || alias.matches("[0-9]+")) {
            throw new Conflict(
                    "'" + alias + "' is or may become the name of a version of model '" + model + "'",
                    "alias",
                    alias,
                    "choose a word, such as production");
        }
        store.setAlias(model, alias, version);
    }

    /** Removes an alias. */
    public void deleteAlias(String model, String alias) {
        if (!aliases(model).containsKey(alias)) {
            throw new NotFound("alias", model + "@" + alias, "list the aliases of the model");
        }
        store.deleteAlias(model, alias);
    }

    /** Version by alias. */
    public Map<String, String> aliases(String model) {
        model(model);
        return store.aliases(model);
    }

    /**
     * Registers a variant whose file is a blob already. {@link Invalid} if its graph does not keep the model's contract.
     * Its time of creation is set here.
     */
    public Variant addVariant(Variant variant) {
        VariantRef ref = variant.ref();
        requireVersion(ref.model(), ref.version());
        requireBlob("blob", variant.blob());
        Check.tags(variant.tags());
        List<String> differences = ContractCheck.differences(
                model(ref.model()).contract(),
                variant.summary().inputs(),
                variant.summary().outputs());
        if (!differences.isEmpty()) {
            throw new Invalid(
                    "variant '" + ref + "' does not keep the contract: " + String.join("; ", differences),
                    "blob",
                    variant.blob(),
                    "export it with the inputs and outputs of the contract, or make it a model of its own");
        }
        VariantRef parent = variant.parent();
        if (parent != null) {
            variant(parent);
        }
        try {
            Variant added = variant.withCreatedAt(clock.instant());
            store.insertVariant(added);
            return added;
        } catch (AlreadyExists e) {
            throw new Conflict(
                    "variant '" + ref + "' exists already; variants never change",
                    "variant",
                    ref.variant(),
                    "choose another name");
        }
    }

    /** The variant; {@link NotFound} if there is none. */
    public Variant variant(VariantRef ref) {
        return store.variant(ref)
                .orElseThrow(() -> new NotFound("variant", ref.toString(), "list the variants of the version"));
    }

    /** Variants of a version in order of registration. */
    public List<Variant> variants(String model, String version) {
        requireVersion(model, version);
        return store.variants(model, version);
    }

    /** Removes a variant; {@link Conflict} while another was made from it or a device shall run it. */
    public void deleteVariant(VariantRef ref) {
        variant(ref);
        store.variants(ref.model(), ref.version()).stream()
                .filter(child -> ref.equals(child.parent()))
                .findFirst()
                .ifPresent(child -> {
                    throw new Conflict(
                            "variant '" + child.ref() + "' was made from '" + ref + "'",
                            "variant",
                            ref.variant(),
                            "remove that one first");
                });
        requireUnused(ref.model(), ref.version(), ref.variant());
        store.deleteVariant(ref);
    }

    /** Notes how good a variant is; the metric must be the contract's. */
    public void setQuality(VariantRef ref, Quality quality) {
        String metric = model(ref.model()).contract().qualityMetric();
        if (!metric.equals(quality.metric())) {
            throw new Invalid(
                    "quality metric '" + quality.metric() + "' is not the one of model '" + ref.model() + "'",
                    "metric",
                    quality.metric(),
                    "measure '" + metric + "'");
        }
        store.setQuality(ref, quality);
    }

    /** Notes a latency that a device measured; the newest of each device, provider and source stays. */
    public void addMeasurement(Measurement measurement) {
        store.addMeasurement(measurement);
    }

    private void requireVersion(String model, String version) {
        model(model);
        if (store.version(model, version).isEmpty()) {
            throw new NotFound("version", model + "@" + version, "use one of " + names(model));
        }
    }

    /** Renews the blob's age too, so that it is not collected before it is referenced. */
    private void requireBlob(String field, Digest digest) {
        try {
            if (!blobs.touch(digest)) {
                throw new NotFound("blob", digest.hex(), "upload the file first, then name its digest as " + field);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void requireUnused(String model, String version, @Nullable String variant) {
        long devices = use.devicesTargeting(model, version, variant);
        if (devices > 0) {
            String what = variant == null ? model + "@" + version : model + "@" + version + "/" + variant;
            throw new Conflict(
                    devices + " devices shall run '" + what + "'",
                    variant == null ? "version" : "variant",
                    what,
                    "roll them to another version or remove the deployment first");
        }
    }
}
