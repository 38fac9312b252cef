package io.fleetfit.agent.app;

import io.fleetfit.agent.isolate.Launcher;
import io.fleetfit.agent.update.VariantRuntime;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.TelemetryBatch;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Port: the parts of an agent that touch the board itself: models at work, the local API, measurements. */
interface DeviceParts extends AutoCloseable {
    /** Figures of one window. */
    record Window(TelemetryBatch.SystemFigures system, List<TelemetryBatch.SlotFigures> slots) {
        public Window {
            slots = List.copyOf(slots);
        }
    }

    /** What the board is, as of now. */
    Capabilities capabilities() throws IOException;

    /** What runs variants. */
    VariantRuntime runtime();

    /** The figures since the last call. */
    Window drain(Instant from, Instant to);

    /** Inferences that were done since the start. */
    default long inferences() {
        return 0;
    }

    /** What starts processes that measure the board; empty where there is no board to measure. */
    default Optional<Launcher> launcher() {
        return Optional.empty();
    }

    /** Port of the local API. */
    int apiPort();

    @Override
    void close();
}
