package io.fleetfit.agent.telemetry;

import io.fleetfit.protocol.TelemetryBatch;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The agent's figures as OpenMetrics text. */
public final class OpenMetrics {
    private OpenMetrics() {}

    /** The text of the moment. */
    public static String text(List<SlotRecorder> recorders, TelemetryBatch.SystemFigures system) {
        StringBuilder out = new StringBuilder();
        family(out, "fleetfit_agent_resident_memory_bytes", "gauge", "Resident memory of the agent.");
        line(out, "fleetfit_agent_resident_memory_bytes", "", (double) system.rssBytes());
        family(out, "fleetfit_agent_cpu_percent", "gauge", "CPU time since the last look in percent of one core.");
        line(out, "fleetfit_agent_cpu_percent", "", system.cpuPercent());
        Double temperature = system.temperatureCelsius();
        if (temperature != null) {
            family(out, "fleetfit_agent_temperature_celsius", "gauge", "Hottest thermal zone.");
            line(out, "fleetfit_agent_temperature_celsius", "", temperature);
        }
        counter(out, recorders, "fleetfit_agent_inferences", "Completed inferences.", SlotRecorder::totalInferences);
        counter(out, recorders, "fleetfit_agent_inference_errors", "Failed inferences.", SlotRecorder::totalErrors);
        counter(
                out,
                recorders,
                "fleetfit_agent_inference_seconds",
                "Time of completed inferences.",
                SlotRecorder::totalSeconds);
        return out.append("# EOF\n").toString();
    }

    private static void counter(
            StringBuilder out,
            List<SlotRecorder> recorders,
            String name,
            String help,
            ToDoubleFunction<SlotRecorder> value) {
        family(out, name, "counter", help);
        for (SlotRecorder recorder : recorders) {
            String labels =
                    "{slot=\"" + escaped(recorder.slot()) + "\",variant=\"" + escaped(recorder.variant()) + "\"}";
            line(out, name + "_total", labels, value.applyAsDouble(recorder));
        }
    }

    private static String escaped(String value) {
        return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    private static void family(StringBuilder out, String name, String type, String help) {
        out.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        out.append("# HELP ").append(name).append(' ').append(help).append('\n');
    }

    private static void line(StringBuilder out, String name, String labels, double value) {
        String number = value == Math.rint(value) && Math.abs(value) < 1e15
                ? String.valueOf((long) value)
                : String.format(Locale.ROOT, "%.6f", value);
        out.append(name).append(labels).append(' ').append(number).append('\n');
    }
}
