package io.fleetfit.fleet;

import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.protocol.ReportedState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Port: persistence of devices and their twins. Each method is one transaction. */
public interface FleetStore {
    /** A device's login at the broker: salted hash of its password, as {@code PasswordHash} writes it. */
    record Credentials(String deviceId, String passwordHash, boolean revoked) {}

    /** One page of devices; {@code next} is the cursor of the following one, absent at the end. */
    record Page(List<Device> devices, @Nullable String next, long total) {
        public Page {
            devices = List.copyOf(devices);
        }
    }

    /** Inserts the device or replaces everything but its labels and time of enrolment. */
    void upsertDevice(Device device);

    Optional<Device> device(String id);

    /** Devices in order of their ids after {@code cursor}, at most {@code limit}, that match the selector. */
    Page devices(Selector selector, @Nullable String cursor, int limit);

    void setLabels(String id, Map<String, String> labels);

    /** Presence and the time of the newest message. */
    void setPresence(String id, boolean online, Instant lastSeen);

    /** Complete blobs that the device said it holds. */
    void setHeld(String id, List<HeldBlob> held);

    List<HeldBlob> held(String id);

    void deleteDevice(String id);

    DeviceTwin twin(String id);

    /**
     * Changes the targets of a device under a row lock and raises its generation by one if they changed.
     *
     * @return the twin after the change
     */
    DeviceTwin updateTargets(String id, UnaryOperator<List<SlotTarget>> change);

    /** Stores a report unless a newer one of the same boot is there; whether it was stored. */
    boolean setReported(ReportedState reported);

    void putCredentials(Credentials credentials);

    Optional<Credentials> credentials(String deviceId);

    /** Stores the hash of a one-time enrolment token. */
    void putEnrolmentToken(String tokenHash, Map<String, String> labels, int uses, Instant expiresAt);

    /** Uses up one use of a token that has not expired; the labels for the new device, or empty. */
    Optional<Map<String, String>> redeemEnrolmentToken(String tokenHash, Instant now);
}
