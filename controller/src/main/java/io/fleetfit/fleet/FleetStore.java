package io.fleetfit.fleet;

import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.protocol.ReportedState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Port: persistence of devices and their twins. Each method is one transaction. */
public interface FleetStore {
    /** A device's login at the broker: hash of its password, as {@code PasswordHash} writes it. */
    record Credentials(String deviceId, String passwordHash, boolean revoked) {}

    /**
     * Lets devices enrol.
     *
     * @param hash of the token, as {@code PasswordHash} writes it
     * @param labels for the devices that come by it
     * @param usesLeft how many devices it still lets in
     * @param mayReplace whether it also lets in a device under an id that is taken, which then gets a new login
     * @param expiresAt when it ends
     */
    record EnrolmentToken(
            String hash, Map<String, String> labels, int usesLeft, boolean mayReplace, Instant expiresAt) {
        public EnrolmentToken {
            labels = Map.copyOf(labels);
        }
    }

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

    /** A device with all that a decision about it needs. */
    record DeviceState(Device device, DeviceTwin twin, List<HeldBlob> held) {
        public DeviceState {
            held = List.copyOf(held);
        }
    }

    /** The states of the devices in order of their ids after {@code cursor}, at most {@code limit}; one query. */
    List<DeviceState> states(Selector selector, @Nullable String cursor, int limit);

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

    /**
     * Changes the targets of many devices in one transaction, each as {@link #updateTargets} does.
     *
     * @return the twins after the change; without devices that do not exist
     */
    List<DeviceTwin> updateAllTargets(SortedMap<String, UnaryOperator<List<SlotTarget>>> changes);

    /** Stores a report unless a newer one of the same boot is there; whether it was stored. */
    boolean setReported(ReportedState reported);

    void putCredentials(Credentials credentials);

    Optional<Credentials> credentials(String deviceId);

    /** Stores an enrolment token. */
    void putEnrolmentToken(EnrolmentToken token);

    /** The token, if it was ever made and is not yet forgotten; it may be used up or expired. */
    Optional<EnrolmentToken> enrolmentToken(String hash);

    /** What came of an enrolment. */
    enum Enrolment {
        ENROLLED,
        /** The token is gone, used up or expired. */
        TOKEN_SPENT,
        /** The device is there already, and the token does not let it be replaced. */
        ID_TAKEN
    }

    /**
     * Uses up one use of the token and stores the device with its labels and login, all or nothing. A device that is
     * there keeps its twin and time of enrolment; its login is replaced.
     *
     * @param now decides whether the token has expired
     */
    Enrolment enrol(String tokenHash, Instant now, Device device, Credentials credentials);

    /** How many devices shall run the version or, if {@code variant} is given, that variant of it. */
    long devicesTargeting(String model, String version, @Nullable String variant);
}
