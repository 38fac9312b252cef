package io.fleetfit.http;

import io.fleetfit.compress.DataSetImports;
import io.fleetfit.compress.Jobs;
import io.fleetfit.compress.ModelImports;
import io.fleetfit.compress.RecipeBook;
import io.fleetfit.compress.ReportStore;
import io.fleetfit.compress.VariantImports;
import io.fleetfit.compress.search.Compressions;
import io.fleetfit.fleet.ApiTokens;
import io.fleetfit.fleet.FleetRegistry;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.profiles.Profiles;
import io.fleetfit.registry.BlobStore;
import io.fleetfit.registry.DataSets;
import io.fleetfit.registry.ModelRegistry;
import io.fleetfit.registry.UploadSessions;
import io.fleetfit.rollout.FleetFit;
import io.fleetfit.rollout.RolloutService;
import io.fleetfit.rollout.RolloutStore;
import io.fleetfit.telemetry.TelemetryStore;
import java.time.Clock;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * What the API opens to callers.
 *
 * @param registry models
 * @param blobs files
 * @param uploads files on their way in
 * @param compression recipes, imports and searches
 * @param dataSets samples for calibration and validation
 * @param dataSetImports checks data sets
 * @param jobs long work
 * @param fleet devices
 * @param twins desired and reported states
 * @param telemetry what devices measured
 * @param fit decisions
 * @param rollouts moves devices
 * @param rolloutStore deployments and rollouts
 * @param tokens who may call
 * @param profiles classes of devices
 * @param events live happenings
 * @param broker what a device must know to connect
 * @param disconnect ends the connection of a device whose login was taken away
 * @param health named checks; true is well
 * @param metrics text for Prometheus
 * @param version of this controller
 * @param clock time
 */
public record Services(
        ModelRegistry registry,
        BlobStore blobs,
        UploadSessions uploads,
        Compression compression,
        DataSets dataSets,
        DataSetImports dataSetImports,
        Jobs jobs,
        FleetRegistry fleet,
        FleetStore twins,
        TelemetryStore telemetry,
        FleetFit fit,
        RolloutService rollouts,
        RolloutStore rolloutStore,
        ApiTokens tokens,
        Profiles profiles,
        EventHub events,
        Supplier<BrokerAddress> broker,
        Consumer<String> disconnect,
        Map<String, Supplier<Boolean>> health,
        Supplier<String> metrics,
        String version,
        Clock clock) {

    /**
     * What makes variants.
     *
     * @param recipes how
     * @param reports what is known of variants beyond their files
     * @param imports versions out of uploaded files
     * @param variantImports variants out of uploaded files
     * @param searches families of variants
     */
    public record Compression(
            RecipeBook recipes,
            ReportStore reports,
            ModelImports imports,
            VariantImports variantImports,
            Compressions searches) {}

    /**
     * What a device must know to connect and to trust.
     *
     * @param url {@code mqtt://host:port} or {@code mqtts://host:port}
     * @param keyId names the controller's key
     * @param publicKey X.509 form in Base64
     */
    public record BrokerAddress(String url, String keyId, String publicKey) {}
}
