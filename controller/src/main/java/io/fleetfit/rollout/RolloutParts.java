package io.fleetfit.rollout;

import io.fleetfit.fleet.DesiredStates;
import io.fleetfit.fleet.EventSink;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.telemetry.TelemetryStore;
import java.time.Clock;

/**
 * What rollouts work with.
 *
 * @param rollouts deployments and rollouts
 * @param fleet devices and twins
 * @param telemetry what devices measured
 * @param fit decides
 * @param desired tells devices
 * @param queries for gates that ask a time series database
 * @param sink where live happenings go
 * @param clock time
 */
public record RolloutParts(
        RolloutStore rollouts,
        FleetStore fleet,
        TelemetryStore telemetry,
        FleetFit fit,
        DesiredStates desired,
        MetricQuery queries,
        EventSink sink,
        Clock clock) {}
