package io.fleetfit.rollout;

import io.fleetfit.fit.FitDecision;
import java.util.List;
import java.util.Optional;

/** Port: persistence of deployments, rollouts and decisions. Each method is one transaction. */
public interface RolloutStore {
    void insertDeployment(Deployment deployment);

    Optional<Deployment> deployment(String name);

    List<Deployment> deployments();

    void deleteDeployment(String name);

    /** Inserts a rollout with all its device updates and the decisions behind them. */
    void insertRollout(Rollout rollout, List<DeviceUpdate> updates, List<FitDecision> decisions);

    /** Adds a device that joined a deployment after its rollout. */
    void addUpdate(DeviceUpdate update, FitDecision decision);

    Optional<Rollout> rollout(String id);

    /** Newest first; of one deployment, or of all if it is empty. */
    List<Rollout> rollouts(Optional<String> deployment);

    /** Rollouts that have not ended. */
    List<Rollout> running();

    void updateRollout(Rollout rollout);

    List<DeviceUpdate> updates(String rollout);

    /** The running update of a device, if it has one. */
    Optional<DeviceUpdate> update(String rollout, String deviceId);

    void saveUpdate(DeviceUpdate update);

    /** The newest decision for a device and deployment. */
    Optional<FitDecision> decision(String rollout, String deviceId);

    /** The next rollout id. */
    String nextRolloutId();
}
