package io.fleetfit.http;

import io.fleetfit.compress.Jobs;
import io.fleetfit.compress.ModelImports;
import io.fleetfit.cost.CostLedger;
import io.fleetfit.fleet.ApiTokens;
import io.fleetfit.fleet.FleetRegistry;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.profiles.Profiles;
import io.fleetfit.registry.BlobStore;
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
 * @param imports checks files and makes variants
 * @param jobs long work
 * @param fleet devices
 * @param twins desired and reported states
 * @param telemetry what devices measured
 * @param fit decisions
 * @param costs estimates beside what was measured
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
        ModelImports imports,
        Jobs jobs,
        FleetRegistry fleet,
        FleetStore twins,
        TelemetryStore telemetry,
        FleetFit fit,
        CostLedger costs,
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
     * What a device must know to connect and to trust.
     *
     * @param url {@code mqtt://host:port} or {@code mqtts://host:port}
     * @param keyId names the controller's key
     * @param publicKey X.509 form in Base64
     */
    public record BrokerAddress(String url, String keyId, String publicKey) {}
}
