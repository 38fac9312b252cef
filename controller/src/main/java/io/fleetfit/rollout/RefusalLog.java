package io.fleetfit.rollout;

import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceRefusal;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.RefusalStore;
import io.fleetfit.protocol.ErrorCode;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateError;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.registry.VariantRef;
import java.time.Clock;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Remembers which variants devices tried and refused, so that the next fit offers them the next best. */
public final class RefusalLog {
    private static final Set<ErrorCode.Origin> OF_THE_VARIANT =
            EnumSet.of(ErrorCode.Origin.RUNTIME, ErrorCode.Origin.BUDGET);
    private static final Set<UpdateState> WITHDRAWN = EnumSet.of(UpdateState.FAILED, UpdateState.ROLLED_BACK);

    private final RefusalStore refusals;
    private final FleetStore fleet;
    private final Clock clock;

    /** A log over the store. */
    public RefusalLog(RefusalStore refusals, FleetStore fleet, Clock clock) {
        this.refusals = refusals;
        this.fleet = fleet;
        this.clock = clock;
    }

    /** Takes what a report says of trials; before anybody decides anew. */
    public void reported(ReportedState reported) {
        for (SlotReport slot : reported.slots()) {
            UpdateError error = slot.error();
            Optional<VariantRef> target = Optional.ofNullable(slot.target()).map(VariantRef::parse);
            if (target.isEmpty()) {
                continue;
            }
            if (slot.state() == UpdateState.COMMITTED) {
                refusals.remove(reported.deviceId(), target.get());
            } else if (WITHDRAWN.contains(slot.state())
                    && error != null
                    && OF_THE_VARIANT.contains(error.code().origin())) {
                refusals.put(new DeviceRefusal(
                        reported.deviceId(),
                        target.get(),
                        error,
                        slot.qualification(),
                        fleet.device(reported.deviceId())
                                .map(Device::capabilities)
                                .map(capabilities -> capabilities.runtimeVersion())
                                .orElse(""),
                        clock.instant()));
            }
        }
    }
}
