package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import io.fleetfit.rollout.DeviceUpdate.State;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Port: persistence of deployments, rollouts, decisions and the audit. Each method is one transaction. */
public interface RolloutStore {
    void insertDeployment(Deployment deployment);

    /** Replaces everything but the time of creation. */
    void updateDeployment(Deployment deployment);

    Optional<Deployment> deployment(String name);

    List<Deployment> deployments();

    void deleteDeployment(String name);

    /** The next rollout id. */
    String nextRolloutId();

    /** Begins a rollout that has no devices yet; it stays out of sight until {@link #finishRollout}. */
    void beginRollout(Rollout rollout);

    /** Adds devices with the decisions behind them, by {@linkplain DeviceUpdate.Place#decision key}. */
    void addUpdates(String rollout, List<DeviceUpdate> updates, Map<String, FitDecision> decisions);

    /** All devices are there; the rollout begins. */
    void finishRollout(RolloutState state);

    /** Rollouts that were begun and never finished. */
    List<String> unfinished();

    /** Removes a rollout with its devices. */
    void deleteRollout(String id);

    Optional<RolloutState> state(String id);

    /** Newest first; of one deployment, or of all if it is empty. */
    List<RolloutState> states(Optional<String> deployment, int limit);

    /** Rollouts that have not ended, and the newest one of each deployment. */
    List<RolloutState> followed();

    /**
     * Claims a rollout for one controller.
     *
     * @return whether nobody else has it now
     */
    boolean claim(String rollout, String owner, Instant now, Instant until);

    /**
     * What a step came to.
     *
     * @param state after the step, with the revision that it was made from
     * @param termsChanged whether the terms are to be stored too
     * @param updates devices as they are now
     * @param joined devices that are new in the rollout, with their decisions
     * @param sweeps states that devices leave all together
     * @param audit what to write down; numbers are given by the store
     * @param taken numbers of the messages of the inbox that the step has seen
     */
    record Change(
            RolloutState state,
            boolean termsChanged,
            List<DeviceUpdate> updates,
            Map<DeviceUpdate, FitDecision> joined,
            List<Step.Sweep> sweeps,
            List<AuditEntry> audit,
            Collection<Long> taken) {}

    /** Stores a change unless the revision is no longer the newest; whether it was stored. */
    boolean save(Change change);

    /** Devices that something is still to be told to. */
    List<DeviceUpdate> due(String rollout, int limit);

    /** Devices were told; one whose act has changed meanwhile is left as it is. */
    void told(List<DeviceUpdate> updates);

    /** A message that a device reported or measured. */
    record Message(long number, DeviceUpdate update, boolean telemetry) {}

    /** Notes that a device of the rollout reported or, with {@code telemetry}, measured. */
    void note(String rollout, String deviceId, boolean telemetry);

    /** Notes all devices at work, as if each had reported. */
    void noteAll(String rollout);

    /** The oldest messages. */
    List<Message> inbox(String rollout, int limit);

    /** Devices at work that were told and whose state is older than {@code before}. */
    List<DeviceUpdate> overdue(String rollout, Instant before, int limit);

    /** Devices under watch that are offline and were last heard of before {@code before}. */
    List<DeviceUpdate> silent(String rollout, Instant before, int limit);

    /** Devices under watch in the wave that were activated before {@code before}. */
    List<DeviceUpdate> soaked(String rollout, int wave, Instant before, int limit);

    /** Devices that the planner wants, in their order. */
    List<DeviceUpdate> candidates(String rollout, Wants wants);

    /**
     * A device that still runs what it ran before.
     *
     * @param lastSeen absent before the first message
     */
    record Control(
            String deviceId,
            String profile,
            boolean online,
            @Nullable Instant lastSeen) {}

    /** Devices that were not asked yet, those that come last first. */
    List<Control> control(String rollout, int limit);

    /** Devices after {@code cursor} by id; in one state, or in all. */
    List<DeviceUpdate> updates(String rollout, @Nullable State state, @Nullable String cursor, int limit);

    Optional<DeviceUpdate> update(String rollout, String deviceId);

    /** The decision behind a device. */
    Optional<FitDecision> decision(String rollout, String deviceId);

    /** The decision of that key, for no device in particular. */
    Optional<FitDecision> decisionByKey(String rollout, String key);

    void audit(AuditEntry entry);

    /** Newest first; of a rollout, of a deployment, or all. */
    List<AuditEntry> audits(@Nullable String deployment, @Nullable String rollout, int limit);
}
