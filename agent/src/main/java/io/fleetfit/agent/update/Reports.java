package io.fleetfit.agent.update;

import io.fleetfit.agent.artifact.Downloader;
import io.fleetfit.protocol.Assignment;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.Progress;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import io.fleetfit.protocol.VariantManifest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Turns the journal into reports. Written by the machine's thread, read by any. */
final class Reports {
    private record Line(SlotReport report, @Nullable Digest downloading) {}

    private record Lines(JournalState state, List<Line> slots) {}

    private final Serving serving;
    private final Downloader downloader;
    private volatile Lines lines = new Lines(JournalState.empty(), List.of());

    Reports(Serving serving, Downloader downloader) {
        this.serving = serving;
        this.downloader = downloader;
    }

    void update(JournalState state) {
        lines = new Lines(state, state.slots().stream().map(this::line).toList());
    }

    UpdateReport current() {
        Lines now = lines;
        return new UpdateReport(
                now.state().generation(),
                now.slots().stream().map(this::withProgress).toList(),
                now.state().refused());
    }

    private Line line(SlotRecord slot) {
        Attempt attempt = slot.attempt();
        Assignment active = serving.in(slot.slot()).orElse(null);
        VariantManifest target = attempt == null ? null : Targets.manifest(attempt.target());
        VariantManifest serves = active == null ? null : Targets.manifest(active);
        Qualification trial = attempt == null ? null : attempt.qualification();
        SlotReport report = new SlotReport(
                slot.slot(),
                slot.state(),
                slot.since(),
                slot.generation(),
                target == null ? null : target.reference(),
                serves == null ? null : serves.reference(),
                serves == null ? null : serves.blob(),
                attempt == null ? null : attempt.progress(),
                attempt == null ? null : attempt.error(),
                trial == null ? null : trial.p50Millis(),
                trial == null ? null : trial.p95Millis(),
                attempt == null ? null : attempt.activationMillis(),
                trial);
        return new Line(report, target != null && slot.state() == UpdateState.DOWNLOADING ? target.blob() : null);
    }

    private SlotReport withProgress(Line line) {
        SlotReport report = line.report();
        Digest blob = line.downloading();
        Progress now = blob == null ? null : downloader.progress(blob).orElse(null);
        if (now == null) {
            return report;
        }
        return new SlotReport(
                report.slot(),
                report.state(),
                report.since(),
                report.generation(),
                report.target(),
                report.active(),
                report.activeBlob(),
                now,
                report.error(),
                report.trialP50Millis(),
                report.trialP95Millis(),
                report.activationMillis(),
                report.qualification());
    }
}
