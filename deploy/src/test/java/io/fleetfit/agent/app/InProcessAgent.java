package io.fleetfit.agent.app;

import io.fleetfit.agent.update.VariantRuntime;
import io.fleetfit.protocol.Budget;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.Qualification;
import io.fleetfit.protocol.TelemetryBatch;
import io.fleetfit.protocol.VariantManifest;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The agent in this process, whole but for the board: nothing is loaded, a slot only notes what it would serve. */
public final class InProcessAgent implements AutoCloseable {
    private final Agent agent;
    private final Board board;

    private InProcessAgent(Agent agent, Board board) {
        this.agent = agent;
        this.board = board;
    }

    /**
     * What an enrolment gives.
     *
     * @param mqtt address of the broker
     * @param password of the device
     * @param key the controller's public key: X.509, base64
     */
    public record Enrolled(String deviceId, URI mqtt, String password, String key) {}

    /** Starts an agent of an enrolled device on its data folder. */
    public static InProcessAgent start(Path data, Enrolled enrolled, Capabilities capabilities) {
        AgentConfig config = new AgentConfig(
                new AgentConfig.ControllerAccess(URI.create("http://127.0.0.1:1"), null, null, null),
                enrolled.deviceId(),
                data,
                new AgentConfig.LocalApi("127.0.0.1", 0),
                new AgentConfig.ModelStorage(Long.MAX_VALUE, capabilities.meteredLink()),
                new AgentConfig.Trials(false, Duration.ofMinutes(2)),
                new AgentConfig.ProbeWish(false, Duration.ofSeconds(30)),
                Duration.ofMillis(500),
                Duration.ofMillis(100),
                Map.of(),
                List.of());
        Board board = new Board(capabilities);
        try {
            new Credentials(
                            enrolled.deviceId(),
                            new Credentials.Mqtt(enrolled.mqtt(), enrolled.deviceId(), enrolled.password()),
                            new Credentials.ControllerKey("test", enrolled.key()),
                            "1.0")
                    .save(data);
            Agent agent = Agent.open(config, opened -> board, new BuildInfo("test", Instant.EPOCH));
            agent.start();
            return new InProcessAgent(agent, board);
        } catch (IOException | Enrolment.Refused e) {
            throw new IllegalStateException("the agent does not start", e);
        }
    }

    /** Full name of the variant that each slot serves. */
    public Map<String, String> serving() {
        return Map.copyOf(board.serving);
    }

    @Override
    public void close() {
        agent.close();
    }

    private static final class Board implements DeviceParts, VariantRuntime {
        private final Map<String, String> serving = new ConcurrentHashMap<>();
        private final Capabilities capabilities;

        Board(Capabilities capabilities) {
            this.capabilities = capabilities;
        }

        @Override
        public Capabilities capabilities() {
            return capabilities;
        }

        @Override
        public VariantRuntime runtime() {
            return this;
        }

        @Override
        public Window drain(Instant from, Instant to) {
            return new Window(new TelemetryBatch.SystemFigures(1, 1, 1, 1, null, null), List.of());
        }

        @Override
        public int apiPort() {
            return 1;
        }

        @Override
        public Qualification trial(VariantManifest manifest, ExecutionSettings settings, Budget budget, Path file) {
            return new Qualification(
                    Qualification.Outcome.PASSED, settings.provider(), 1, 20, 1.0, 1.0, 2.0, 1_000L, 0.0, 0.0, 10);
        }

        @Override
        public void activate(String slot, VariantManifest manifest, ExecutionSettings settings, Path file) {
            serving.put(slot, manifest.reference());
        }

        @Override
        public void clear(String slot) {
            serving.remove(slot);
        }

        @Override
        public void discardStandby() {
            // nothing is loaded
        }

        @Override
        public void close() {
            // nothing is open
        }
    }
}
