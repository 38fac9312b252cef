package io.fleetfit.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.fleet.DeviceAuthenticator.Identity;
import io.fleetfit.fleet.DeviceAuthenticator.Kind;
import io.fleetfit.fleet.FleetRegistry.Enrolled;
import io.fleetfit.fleet.FleetRegistry.NewEnrolmentToken;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.protocol.Hello;
import io.fleetfit.protocol.Protocol;
import io.fleetfit.protocol.ReportedState;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import io.fleetfit.store.MovingClock;
import io.fleetfit.store.TestStores;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FleetRegistryTest {
    private static final Instant NOW = Instant.parse("2026-11-01T12:00:00Z");
    private static final String ACCOUNT = "$controller";

    private final MovingClock clock = new MovingClock(NOW);
    private final FleetStore store = TestStores.emptyDatabase().fleetStore();
    private final FleetRegistry registry =
            new FleetRegistry(store, capabilities -> "profile-of-" + capabilities.arch(), clock);
    private final DeviceAuthenticator logins = new StoredLogins(store, ACCOUNT, PasswordHash.of("secret"));

    @Test
    void letsADeviceInThatThenMayLogIn() {
        NewEnrolmentToken token =
                registry.createEnrolmentToken(Map.of("site", "berlin"), 1, Duration.ofHours(1), false);

        Enrolled enrolled = registry.enrol(token.token(), "pi-1", capabilities("aarch64"));

        assertThat(enrolled.device().profile()).isEqualTo("profile-of-aarch64");
        assertThat(registry.device("pi-1").labels()).isEqualTo(Map.of("site", "berlin"));
        assertThat(login("pi-1", enrolled.password())).contains(new Identity(Kind.DEVICE, "pi-1"));
        assertThat(login("pi-1", enrolled.password() + "x")).isEmpty();
        assertThat(login("pi-2", enrolled.password())).isEmpty();
        assertThat(login("pi-2", "")).isEmpty();
        assertThat(store.credentials("pi-1").orElseThrow().passwordHash())
                .startsWith("sha256:")
                .doesNotContain(enrolled.password());
    }

    @Test
    void letsTheControllerIn() {
        assertThat(login(ACCOUNT, "secret")).contains(new Identity(Kind.CONTROLLER, ACCOUNT));
        assertThat(login(ACCOUNT, "other")).isEmpty();
    }

    @Test
    void namesADeviceThatHasNoName() {
        NewEnrolmentToken token = registry.createEnrolmentToken(Map.of(), 2, Duration.ofHours(1), false);

        String first = registry.enrol(token.token(), null, capabilities("aarch64"))
                .device()
                .id();
        String second = registry.enrol(token.token(), null, capabilities("aarch64"))
                .device()
                .id();

        assertThat(first).matches("profile-of-aarch64-[a-z2-9]{8}").isNotEqualTo(second);
    }

    @Test
    void refusesTokensThatAreUnknownSpentOrExpired() {
        NewEnrolmentToken once = registry.createEnrolmentToken(Map.of(), 1, Duration.ofHours(1), false);
        NewEnrolmentToken soon = registry.createEnrolmentToken(Map.of(), 1, Duration.ofMinutes(1), false);
        registry.enrol(once.token(), "pi-1", capabilities("aarch64"));
        clock.advance(Duration.ofMinutes(2));

        for (String token : List.of(once.token(), soon.token(), "ffe_unknown")) {
            assertThatThrownBy(() -> registry.enrol(token, "pi-2", capabilities("aarch64")))
                    .isInstanceOfSatisfying(
                            Invalid.class, e -> assertThat(e.field()).isEqualTo("token"));
        }
        assertThatThrownBy(() -> registry.device("pi-2")).isInstanceOf(NotFound.class);
    }

    @Test
    void replacesADeviceOnlyIfTheTokenSaysSo() {
        NewEnrolmentToken plain =
                registry.createEnrolmentToken(Map.of("site", "berlin"), 2, Duration.ofHours(1), false);
        NewEnrolmentToken replacing = registry.createEnrolmentToken(Map.of("line", "2"), 1, Duration.ofHours(1), true);
        Enrolled before = registry.enrol(plain.token(), "pi-1", capabilities("aarch64"));

        assertThatThrownBy(() -> registry.enrol(plain.token(), "pi-1", capabilities("aarch64")))
                .isInstanceOf(Conflict.class)
                .hasMessageContaining("pi-1");
        assertThat(login("pi-1", before.password())).isPresent();
        Enrolled after = registry.enrol(replacing.token(), "pi-1", capabilities("x86_64"));

        assertThat(login("pi-1", before.password())).isEmpty();
        assertThat(login("pi-1", after.password())).isPresent();
        assertThat(registry.device("pi-1").labels()).isEqualTo(Map.of("site", "berlin", "line", "2"));
        assertThat(registry.enrol(plain.token(), "pi-2", capabilities("aarch64"))
                        .device()
                        .id())
                .isEqualTo("pi-2");
    }

    @Test
    void takesInAHello() {
        enrol("pi-1");
        clock.advance(Duration.ofMinutes(1));
        Hello hello = new Hello(
                Protocol.VERSION,
                "pi-1",
                "0.2.0",
                "boot-1",
                NOW,
                capabilities("x86_64"),
                List.of(new HeldBlob(Digest.of(new byte[] {1}), 1)),
                new ReportedState(Protocol.VERSION, "pi-1", "boot-1", 1, NOW, 0, List.of(), null));

        registry.hello(hello);

        Device device = registry.device("pi-1");
        assertThat(device.profile()).isEqualTo("profile-of-x86_64");
        assertThat(device.agentVersion()).isEqualTo("0.2.0");
        assertThat(device.online()).isTrue();
        assertThat(device.lastSeen()).isEqualTo(clock.instant());
        assertThat(device.enrolledAt()).isEqualTo(NOW);
        assertThat(store.held("pi-1")).isEqualTo(hello.held());
        assertThat(store.twin("pi-1").reported()).isEqualTo(hello.reported());
        registry.presence("pi-1", false);
        assertThat(registry.device("pi-1").online()).isFalse();
    }

    @Test
    void endsTheLoginOfADeletedDevice() {
        Enrolled enrolled = enrol("pi-1");

        registry.delete("pi-1");

        assertThat(login("pi-1", enrolled.password())).isEmpty();
        assertThatThrownBy(() -> registry.delete("pi-1")).isInstanceOf(NotFound.class);
    }

    @Test
    void refusesLabelsThatNoSelectorCanName() {
        enrol("pi-1");

        for (Map<String, String> labels : List.of(
                Map.of("profile", "x"), Map.of("a b", "x"), Map.of("a", "b c"), Map.of("a", ""), Map.of("", "a"))) {
            assertThatThrownBy(() -> registry.setLabels("pi-1", labels))
                    .as("%s", labels)
                    .isInstanceOf(Invalid.class);
        }
        assertThat(registry.setLabels("pi-1", Map.of("line", "7")).labels()).isEqualTo(Map.of("line", "7"));
        assertThat(registry.devices("line=7", null, 10).total()).isEqualTo(1);
    }

    @Test
    void refusesBadInput() {
        assertThatThrownBy(() -> registry.devices("line=", null, 10)).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> registry.devices("", null, 0)).isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> registry.createEnrolmentToken(Map.of(), 0, Duration.ofHours(1), false))
                .isInstanceOf(Invalid.class);
        assertThatThrownBy(() -> registry.createEnrolmentToken(Map.of(), 1, Duration.ZERO, false))
                .isInstanceOf(Invalid.class);
        String token = registry.createEnrolmentToken(Map.of(), 1, Duration.ofHours(1), false)
                .token();
        assertThatThrownBy(() -> registry.enrol(token, "pi/1", capabilities("aarch64")))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("pi/1");
    }

    private Enrolled enrol(String id) {
        NewEnrolmentToken token = registry.createEnrolmentToken(Map.of(), 1, Duration.ofHours(1), false);
        return registry.enrol(token.token(), id, capabilities("aarch64"));
    }

    private Optional<Identity> login(String user, String password) {
        return logins.authenticate(user, ByteBuffer.wrap(password.getBytes(StandardCharsets.UTF_8)));
    }

    private static Capabilities capabilities(String arch) {
        return new Capabilities(
                arch,
                "Debian GNU/Linux 12",
                null,
                null,
                null,
                null,
                4,
                Set.of("asimd"),
                4_000_000_000L,
                8_000_000_000L,
                7_000_000_000L,
                List.of(),
                List.of(ExecutionSettings.CPU),
                "1.29.0",
                24,
                false,
                false);
    }
}
