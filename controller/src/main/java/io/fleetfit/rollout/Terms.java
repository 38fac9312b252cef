package io.fleetfit.rollout;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.fleetfit.fit.Policy;
import io.fleetfit.registry.VariantRef;
import io.fleetfit.rollout.plan.RolloutPlan;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What was fixed when a rollout started.
 *
 * @param plan how it goes
 * @param policy budget of the deployment
 * @param slot slot on the devices
 * @param model name of the model
 * @param eligible devices that are to be updated
 * @param quotas devices that have the new version by the end of each wave, earlier ones included
 * @param borders by wave, and in it by profile, the highest {@linkplain DeviceUpdate.Place#order order} that belongs to it
 * @param zones time zones of the devices
 * @param variants variants that some device may get
 */
public record Terms(
        RolloutPlan plan,
        Policy policy,
        String slot,
        String model,
        long eligible,
        List<Long> quotas,
        List<Map<String, Long>> borders,
        Set<String> zones,
        Set<VariantRef> variants) {
    public Terms {
        quotas = List.copyOf(quotas);
        borders = List.copyOf(borders);
        zones = Set.copyOf(zones);
        variants = Set.copyOf(variants);
    }

    /** How many waves there are. */
    @JsonIgnore
    public int waves() {
        return quotas.size();
    }

    /** The same with what a device brings that came later. */
    Terms joinedBy(String zone, Collection<VariantRef> fitting) {
        Set<String> allZones = new HashSet<>(zones);
        allZones.add(zone);
        Set<VariantRef> allVariants = new HashSet<>(variants);
        allVariants.addAll(fitting);
        return new Terms(plan, policy, slot, model, eligible, quotas, borders, allZones, allVariants);
    }

    /** Whether it is the wave with all devices. */
    boolean isLast(int wave) {
        return wave >= quotas.size() - 1;
    }
}
