package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;
import static io.vertx.core.http.HttpMethod.PUT;

import io.fleetfit.compress.ModelImports;
import io.fleetfit.compress.Recipes;
import io.fleetfit.compress.VariantImports;
import io.fleetfit.protocol.ModelContract;
import io.fleetfit.registry.ModelVersion;
import io.fleetfit.registry.Quality;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Models, versions, aliases, variants. */
final class ModelRoutes {
    private static final String MODEL = Api.ROOT + "/models/:model";
    private static final String VERSION = MODEL + "/versions/:version";
    private static final String VARIANT = VERSION + "/variants/:variant";

    private final Services services;

    private ModelRoutes(Services services) {
        this.services = services;
    }

    record NewModel(
            @Nullable String name,
            @Nullable ModelContract contract,
            @Nullable Map<String, String> tags) {}

    record NewVersion(
            @Nullable String blob,
            @Nullable String version,
            @Nullable ModelContract contract,
            @Nullable Map<String, String> tags,
            @Nullable List<String> recipes) {}

    record NewVariant(
            @Nullable String name,
            @Nullable String blob,
            @Nullable String precision,
            @Nullable String parent,
            @Nullable Map<String, String> tags,
            @Nullable String data) {}

    record Alias(@Nullable String version) {}

    record Measured(
            @Nullable String metric,
            @Nullable Double value,
            @Nullable Long samples) {}

    static void add(Api api, Services services) {
        ModelRoutes routes = new ModelRoutes(services);
        api.add(POST, Api.ROOT + "/models", Access.OPERATOR, routes::create);
        api.add(
                GET,
                Api.ROOT + "/models",
                Access.VIEWER,
                call -> Answer.ok(Map.of(
                        "models",
                        services.registry().models().stream()
                                .map(model -> routes.model(model.name()))
                                .toList())));
        api.add(GET, MODEL, Access.VIEWER, call -> Answer.ok(routes.model(call.path("model"))));
        api.add(DELETE, MODEL, Access.OPERATOR, call -> {
            services.registry().deleteModel(call.path("model"));
            return Answer.none();
        });
        api.add(POST, MODEL + "/versions", Access.OPERATOR, routes::importVersion);
        api.add(
                GET,
                MODEL + "/versions",
                Access.VIEWER,
                call -> Answer.ok(Map.of("versions", services.registry().versions(call.path("model")))));
        api.add(GET, VERSION, Access.VIEWER, call -> Answer.ok(routes.version(call)));
        api.add(DELETE, VERSION, Access.OPERATOR, call -> {
            services.registry().deleteVersion(call.path("model"), call.path("version"));
            return Answer.none();
        });
        api.add(PUT, VERSION + "/tags", Access.OPERATOR, routes::tag);
        api.add(PUT, MODEL + "/aliases/:alias", Access.OPERATOR, call -> {
            services.registry()
                    .setAlias(
                            call.path("model"),
                            call.path("alias"),
                            Call.need("version", call.body(Alias.class).version()));
            return Answer.none();
        });
        api.add(DELETE, MODEL + "/aliases/:alias", Access.OPERATOR, call -> {
            services.registry().deleteAlias(call.path("model"), call.path("alias"));
            return Answer.none();
        });
        addVariants(api, services, routes);
    }

    private static void addVariants(Api api, Services services, ModelRoutes routes) {
        api.add(GET, VERSION + "/variants", Access.VIEWER, call -> {
            ModelVersion version = services.registry().resolve(call.path("model"), call.path("version"));
            return Answer.ok(Map.of("variants", VariantViews.of(version, services)));
        });
        api.add(POST, VERSION + "/variants", Access.OPERATOR, routes::addVariant);
        api.add(GET, VARIANT, Access.VIEWER, call -> Answer.ok(VariantViews.of(routes.variant(call), services)));
        api.add(DELETE, VARIANT, Access.OPERATOR, call -> {
            services.registry().deleteVariant(routes.ref(call));
            return Answer.none();
        });
        api.add(PUT, VARIANT + "/quality", Access.OPERATOR, routes::setQuality);
        api.add(GET, VARIANT + "/file", Access.VIEWER, routes::file);
    }

    private Answer create(Call call) {
        NewModel model = call.body(NewModel.class);
        return Answer.created(services.registry()
                .createModel(
                        Call.need("name", model.name()),
                        Call.need("contract", model.contract()),
                        orEmpty(model.tags())));
    }

    private Map<String, Object> model(String name) {
        var model = services.registry().model(name);
        return Map.of(
                "name", model.name(),
                "contract", model.contract(),
                "tags", model.tags(),
                "createdAt", model.createdAt(),
                "aliases", services.registry().aliases(name),
                "versions",
                        services.registry().versions(name).stream()
                                .map(ModelVersion::version)
                                .toList());
    }

    private Map<String, Object> version(Call call) {
        ModelVersion version = services.registry().resolve(call.path("model"), call.path("version"));
        return Map.of(
                "model", version.model(),
                "version", version.version(),
                "source", version.source(),
                "tags", version.tags(),
                "createdAt", version.createdAt(),
                "variants", VariantViews.of(version, services));
    }

    private Answer importVersion(Call call) {
        NewVersion version = call.body(NewVersion.class);
        return Answer.accepted(Map.of(
                "job",
                services.compression()
                        .imports()
                        .importVersion(new ModelImports.NewVersion(
                                call.path("model"),
                                version.version(),
                                Call.digest("blob", version.blob()),
                                version.contract(),
                                orEmpty(version.tags()),
                                Objects.requireNonNullElse(version.recipes(), Recipes.onImport())))
                        .id()));
    }

    private Answer tag(Call call) {
        Map<String, String> tags = call.body(Tags.class).tags();
        services.registry().setVersionTags(call.path("model"), call.path("version"), Call.need("tags", tags));
        return Answer.none();
    }

    record Tags(@Nullable Map<String, String> tags) {}

    private Answer addVariant(Call call) {
        NewVariant variant = call.body(NewVariant.class);
        ModelVersion version = services.registry().resolve(call.path("model"), call.path("version"));
        String parent = variant.parent();
        return Answer.accepted(Map.of(
                "job",
                services.compression()
                        .variantImports()
                        .add(new VariantImports.NewVariant(
                                new VariantRef(version.model(), version.version(), Call.need("name", variant.name())),
                                Call.digest("blob", variant.blob()),
                                Objects.requireNonNullElse(variant.precision(), "unknown"),
                                parent == null ? null : new VariantRef(version.model(), version.version(), parent),
                                orEmpty(variant.tags()),
                                variant.data()))
                        .id()));
    }

    private VariantRef ref(Call call) {
        ModelVersion version = services.registry().resolve(call.path("model"), call.path("version"));
        return new VariantRef(version.model(), version.version(), call.path("variant"));
    }

    private Variant variant(Call call) {
        return services.registry().variant(ref(call));
    }

    private Answer setQuality(Call call) {
        Measured measured = call.body(Measured.class);
        services.registry()
                .setQuality(
                        ref(call),
                        new Quality(
                                Call.need("metric", measured.metric()),
                                Call.need("value", measured.value()),
                                Call.need("samples", measured.samples())));
        return Answer.none();
    }

    private Answer file(Call call) throws IOException {
        Variant variant = variant(call);
        return Answer.file(
                services.blobs().file(variant.blob()),
                variant.ref().model() + "-" + variant.ref().version() + "-"
                        + variant.ref().variant() + ".onnx");
    }

    private static Map<String, String> orEmpty(@Nullable Map<String, String> tags) {
        return tags == null ? Map.of() : tags;
    }
}
