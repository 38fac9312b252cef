package io.fleetfit.agent.probe;

import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ProbeReport.RuntimeFingerprint;
import java.nio.charset.StandardCharsets;
import java.util.TreeSet;

/** What the rates of a board, and models optimised on it, depend on. */
public final class Fingerprints {
    private Fingerprints() {}

    /** That of this agent on a board with these capabilities. */
    public static RuntimeFingerprint of(Capabilities board) {
        String cpu = board.cpuModel() + "\n" + board.cpuImplementer() + "\n" + board.cpuPart() + "\n"
                + String.join(" ", new TreeSet<>(board.isaFeatures()));
        return new RuntimeFingerprint(
                OrtEngine.VERSION,
                board.executionProviders(),
                board.arch(),
                board.cores(),
                Digest.of(cpu.getBytes(StandardCharsets.UTF_8)));
    }
}
