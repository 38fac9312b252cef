package io.fleetfit.http;

import static io.vertx.core.http.HttpMethod.DELETE;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import io.fleetfit.registry.DataSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Data sets. */
final class DataSetRoutes {
    private static final String DATA_SETS = Api.ROOT + "/datasets";
    private static final String DATA_SET = DATA_SETS + "/:name";

    private final Services services;

    private DataSetRoutes(Services services) {
        this.services = services;
    }

    record NewDataSet(
            @Nullable String name,
            @Nullable String blob,
            @Nullable Map<String, String> tags) {}

    static void add(Api api, Services services) {
        DataSetRoutes routes = new DataSetRoutes(services);
        api.add(POST, DATA_SETS, Access.OPERATOR, routes::begin);
        api.add(GET, DATA_SETS, Access.VIEWER, call -> routes.list());
        api.add(
                GET,
                DATA_SET,
                Access.VIEWER,
                call -> Answer.ok(services.dataSets().get(call.path("name"))));
        api.add(DELETE, DATA_SET, Access.OPERATOR, call -> {
            services.dataSets().delete(call.path("name"));
            return Answer.none();
        });
    }

    private Answer begin(Call call) {
        NewDataSet set = call.body(NewDataSet.class);
        return Answer.accepted(Map.of(
                "job",
                services.dataSetImports()
                        .begin(
                                Call.need("name", set.name()),
                                Call.digest("blob", set.blob()),
                                Objects.requireNonNullElse(set.tags(), Map.of()))
                        .id()));
    }

    /** Sets with the number of their classes in place of the classes, which may be thousands. */
    private Answer list() {
        List<Map<String, Object>> views =
                services.dataSets().list().stream().map(DataSetRoutes::brief).toList();
        return Answer.ok(Map.of("datasets", views));
    }

    private static Map<String, Object> brief(DataSet set) {
        Map<String, Object> view = new HashMap<>();
        view.put("name", set.name());
        view.put("digest", set.digest());
        view.put("size", set.size());
        view.put("content", set.content());
        view.put("truth", set.truth());
        view.put("samples", set.samples());
        view.put("labelled", set.labelled());
        view.put("duplicates", set.duplicates());
        view.put("classes", set.classes().size());
        view.put("splits", set.splits());
        view.put("tags", set.tags());
        view.put("createdAt", set.createdAt());
        return view;
    }
}
