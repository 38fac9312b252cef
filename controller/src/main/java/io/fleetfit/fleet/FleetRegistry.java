package io.fleetfit.fleet;

import io.fleetfit.fleet.FleetStore.Credentials;
import io.fleetfit.fleet.FleetStore.EnrolmentToken;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Hello;
import io.fleetfit.protocol.Topics;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import io.fleetfit.registry.Refused;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Enrolment of devices and what is known of them. A device enters with an enrolment token and gets a login of its own,
 * which is shown once; only hashes are stored. Whatever is turned down is answered with a {@link Refused}.
 */
public final class FleetRegistry {
    private static final String TOKEN_PREFIX = "ffe_";
    private static final Duration MAX_VALIDITY = Duration.ofDays(366);
    private static final int MAX_USES = 1_000_000;
    private static final int MAX_PAGE = 1_000;
    private static final int ID_DIGITS = 8;
    private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";

    /** An enrolment token, shown once, and when it ends. */
    public record NewEnrolmentToken(String token, Instant expiresAt) {}

    /** A device's id and its password, shown once. */
    public record Enrolled(Device device, String password) {}

    private final FleetStore store;
    private final ProfileFinder profiles;
    private final Clock clock;
    private final SecureRandom random = new SecureRandom();

    /** A registry over the store. */
    public FleetRegistry(FleetStore store, ProfileFinder profiles, Clock clock) {
        this.store = store;
        this.profiles = profiles;
        this.clock = clock;
    }

    /**
     * Makes an enrolment token.
     *
     * @param labels for the devices that come by it
     * @param uses how many devices it lets in
     * @param validity for how long, at most a year
     * @param mayReplace whether a device may come under an id that is taken; that one's old login ends then
     */
    public NewEnrolmentToken createEnrolmentToken(
            Map<String, String> labels, int uses, Duration validity, boolean mayReplace) {
        Labels.check(labels);
        if (uses < 1 || uses > MAX_USES) {
            throw new Invalid(
                    "an enrolment token for " + uses + " devices is not possible",
                    "uses",
                    uses,
                    "use 1 to " + MAX_USES);
        }
        if (validity.isNegative() || validity.isZero() || validity.compareTo(MAX_VALIDITY) > 0) {
            throw new Invalid(
                    "an enrolment token cannot be valid for " + validity,
                    "expiresInSeconds",
                    validity.toSeconds(),
                    "use 1 to " + MAX_VALIDITY.toSeconds() + " seconds");
        }
        String token = PasswordHash.newSecret(TOKEN_PREFIX, random);
        Instant expiresAt = clock.instant().plus(validity);
        store.putEnrolmentToken(new EnrolmentToken(PasswordHash.of(token), labels, uses, mayReplace, expiresAt));
        return new NewEnrolmentToken(token, expiresAt);
    }

    /**
     * Lets a device in and uses up one use of the token.
     *
     * @param deviceId what it wants to be called; absent for a name made of its profile
     * @throws Invalid if the token is unknown, used up or expired, or the id is none
     * @throws Conflict if the id is taken and the token does not allow that
     */
    public Enrolled enrol(String token, @Nullable String deviceId, Capabilities capabilities) {
        String hash = PasswordHash.of(token);
        EnrolmentToken found = store.enrolmentToken(hash).orElseThrow(FleetRegistry::badToken);
        String profile = profiles.profileOf(capabilities);
        String id = deviceId == null ? freeId(profile) : requireId(deviceId);
        Optional<Device> before = store.device(id);
        Map<String, String> labels = new HashMap<>(before.map(Device::labels).orElse(Map.of()));
        labels.putAll(found.labels());
        Instant now = clock.instant();
        Instant enrolledAt = before.map(Device::enrolledAt).orElse(now);
        Device device = new Device(id, profile, capabilities, labels, "", false, enrolledAt, null);
        String password = PasswordHash.newSecret("", random);
        Credentials credentials = new Credentials(id, PasswordHash.of(password), false);
        return switch (store.enrol(hash, now, device, credentials)) {
            case ENROLLED -> new Enrolled(device, password);
            case TOKEN_SPENT -> throw badToken();
            case ID_TAKEN ->
                throw new Conflict(
                        "device '" + id + "' is enrolled already",
                        "deviceId",
                        id,
                        "choose another id, or use a token that may replace devices");
        };
    }

    private static Invalid badToken() {
        return new Invalid(
                "the enrolment token is unknown, used up or expired", "token", "(hidden)", "ask for a new one");
    }

    private static String requireId(String deviceId) {
        if (!Topics.isDeviceId(deviceId)) {
            throw new Invalid(
                    "'" + deviceId + "' is no device id",
                    "deviceId",
                    deviceId,
                    "use 1 to 64 letters, digits, '.', '_' or '-'");
        }
        return deviceId;
    }

    private String freeId(String profile) {
        String base = profile.replaceAll("[^A-Za-z0-9._-]", "-");
        String prefix = base.substring(0, Math.min(40, base.length())) + "-";
        while (true) {
            StringBuilder id = new StringBuilder(prefix);
            for (int i = 0; i < ID_DIGITS; i++) {
                id.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
            }
            if (store.device(id.toString()).isEmpty()) {
                return id.toString();
            }
        }
    }

    /**
     * Takes in the first message after a connect: what the device is, what it holds and runs, and that it is online.
     *
     * @throws NotFound if the device was deleted
     */
    public Device hello(Hello hello) {
        Device known = device(hello.deviceId());
        Device device = new Device(
                known.id(),
                profiles.profileOf(hello.capabilities()),
                hello.capabilities(),
                known.labels(),
                hello.agentVersion(),
                true,
                known.enrolledAt(),
                clock.instant());
        store.upsertDevice(device);
        store.setHeld(device.id(), hello.held());
        store.setReported(hello.reported());
        return device;
    }

    /** Notes that the device was heard of now, and whether it is connected. */
    public void presence(String deviceId, boolean online) {
        store.setPresence(deviceId, online, clock.instant());
    }

    /** The device; {@link NotFound} if there is none. */
    public Device device(String id) {
        return store.device(id)
                .orElseThrow(() -> new NotFound("device", id, "it was deleted or never enrolled; list the devices"));
    }

    /**
     * A page of devices in order of their ids.
     *
     * @param selector text form of a {@link Selector}; empty for all
     * @param cursor {@code next} of the page before; absent for the first
     * @param limit devices a page, 1 to 1,000
     */
    public FleetStore.Page devices(String selector, @Nullable String cursor, int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new Invalid("a page of " + limit + " is not possible", "limit", limit, "use 1 to " + MAX_PAGE);
        }
        return store.devices(parse(selector), cursor, limit);
    }

    private static Selector parse(String selector) {
        try {
            return Selector.parse(selector);
        } catch (IllegalArgumentException e) {
            throw new Invalid(
                    String.valueOf(e.getMessage()),
                    "selector",
                    selector,
                    "write key=value, key!=value, key in (a b) or key, with commas between");
        }
    }

    /** Replaces the labels of a device. */
    public Device setLabels(String id, Map<String, String> labels) {
        Labels.check(labels);
        store.setLabels(id, labels);
        return device(id);
    }

    /** Removes a device with its twin, telemetry and login; its connection must be cut by the caller. */
    public void delete(String id) {
        device(id);
        store.deleteDevice(id);
    }
}
