package io.fleetfit.fit;

import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Measurement;
import io.fleetfit.registry.Variant;
import io.fleetfit.registry.VariantRef;
import java.util.List;
import java.util.Set;

/** Port into the fit: filter, score, explain. Implementations are pure and safe for many threads. */
public interface FitEngine {
    /**
     * What is known of a device for a fit.
     *
     * @param device the device
     * @param held digests of the blobs on its disk
     * @param failed variants that it tried and failed in this rollout
     * @param refusals variants that it ever tried and refused, with the numbers
     */
    record Subject(Device device, Set<Digest> held, Set<VariantRef> failed, List<DeviceRefusal> refusals) {
        public Subject {
            held = Set.copyOf(held);
            failed = Set.copyOf(failed);
            refusals = List.copyOf(refusals);
        }

        /** Without refusals. */
        public Subject(Device device, Set<Digest> held, Set<VariantRef> failed) {
            this(device, held, failed, List.of());
        }
    }

    /** Variants of one version with what the fleet measured of them; prepared once, used for many devices. */
    interface Prepared {
        /** The decision for one device. */
        FitDecision decide(Subject subject, Policy policy);
    }

    /** Prepares a fit of many devices. */
    Prepared prepare(List<Variant> variants, List<Measurement> measurements);
}
