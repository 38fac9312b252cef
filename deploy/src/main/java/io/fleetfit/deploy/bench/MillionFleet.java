package io.fleetfit.deploy.bench;

import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.JsonCodec;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.protocol.SlotReport;
import io.fleetfit.protocol.UpdateState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Devices written straight into the tables, many rows in one transaction: what enrolment and reports would have written. */
final class MillionFleet implements AutoCloseable {
    private static final int BATCH = 5_000;
    private static final List<String> PROFILES = List.of("raspberry-pi-4b-2gb", "raspberry-pi-5-4gb", "jetson-nano");

    private final Connection connection;

    MillionFleet(Path database) throws SQLException {
        connection =
                DriverManager.getConnection("jdbc:h2:file:" + database.toAbsolutePath() + ";WRITE_DELAY=500", "sa", "");
        connection.setAutoCommit(false);
    }

    void enrol(int devices, Instant at) throws SQLException {
        String capabilities = text(new Capabilities(
                "aarch64",
                "Linux",
                null,
                null,
                null,
                null,
                4,
                Set.of(),
                4_000_000_000L,
                8_000_000_000L,
                7_000_000_000L,
                List.of(),
                List.of(ExecutionSettings.CPU),
                "1.29.0",
                24,
                false,
                true));
        Timestamp time = Timestamp.from(at);
        try (PreparedStatement device = connection.prepareStatement("INSERT INTO device (id, profile, arch,"
                        + " capabilities, labels, agent_version, online, enrolled_at, last_seen)"
                        + " VALUES (?, ?, 'aarch64', ?, '{}', 'bench', TRUE, ?, ?)");
                PreparedStatement twin = connection.prepareStatement("INSERT INTO device_twin (device_id, generation,"
                        + " targets, held) VALUES (?, 0, '[]', '[]')")) {
            for (int i = 0; i < devices; i++) {
                String id = id(i);
                device.setString(1, id);
                device.setString(2, PROFILES.get(i % PROFILES.size()));
                device.setString(3, capabilities);
                device.setTimestamp(4, time);
                device.setTimestamp(5, time);
                device.addBatch();
                twin.setString(1, id);
                twin.addBatch();
                if (i % BATCH == BATCH - 1 || i == devices - 1) {
                    device.executeBatch();
                    twin.executeBatch();
                    connection.commit();
                }
            }
        }
    }

    static String id(int number) {
        return String.format("device-%07d", number);
    }

    /** Each device of the map, by its generation, says that it runs the variant. */
    void report(Map<String, Long> generations, String rollout, String slot, String variant, Instant at)
            throws SQLException {
        try (PreparedStatement twin =
                        connection.prepareStatement("UPDATE device_twin SET reported = ? WHERE device_id = ?");
                PreparedStatement inbox = connection.prepareStatement(
                        "INSERT INTO rollout_inbox (rollout, device_id, telemetry) VALUES (?, ?, FALSE)")) {
            for (Map.Entry<String, Long> device : generations.entrySet()) {
                twin.setString(1, text(reported(device.getKey(), device.getValue(), slot, variant, at)));
                twin.setString(2, device.getKey());
                twin.addBatch();
                inbox.setString(1, rollout);
                inbox.setString(2, device.getKey());
                inbox.addBatch();
            }
            twin.executeBatch();
            inbox.executeBatch();
            connection.commit();
        }
    }

    private static ReportedState reported(String id, long generation, String slot, String variant, Instant at) {
        SlotReport report = new SlotReport(
                slot, UpdateState.COMMITTED, at, generation, variant, variant, null, null, null, null, null, null);
        return new ReportedState(Protocol.VERSION, id, "boot", generation, at, generation, List.of(report), null);
    }

    private static String text(Object value) {
        return new String(JsonCodec.encode(value), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
