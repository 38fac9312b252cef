package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.fleet.Device;
import io.fleetfit.fleet.DeviceTwin;
import io.fleetfit.fleet.FleetStore;
import io.fleetfit.fleet.FleetStore.Credentials;
import io.fleetfit.fleet.FleetStore.Enrolment;
import io.fleetfit.fleet.FleetStore.EnrolmentToken;
import io.fleetfit.fleet.Selector;
import io.fleetfit.fleet.SlotTarget;
import io.fleetfit.protocol.HeldBlob;
import io.fleetfit.registry.NotFound;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class FleetStoreTest {
    private static final Device PI = Samples.device("pi-1", "raspberry-pi-5", Map.of("site", "berlin"));

    private final FleetStore store;

    FleetStoreTest(Backend backend) {
        store = backend.emptied().fleetStore();
    }

    @Test
    void replacesADeviceButItsLabelsAndEnrolment() {
        store.upsertDevice(PI);
        Device later = new Device(
                "pi-1",
                "raspberry-pi-4b",
                Samples.capabilities("armv7l"),
                Map.of("site", "paris"),
                "0.2.0",
                true,
                Samples.AT.plusSeconds(9),
                Samples.AT.plusSeconds(9));

        store.upsertDevice(later);

        assertThat(store.device("pi-1"))
                .contains(new Device(
                        "pi-1",
                        "raspberry-pi-4b",
                        Samples.capabilities("armv7l"),
                        Map.of("site", "berlin"),
                        "0.2.0",
                        true,
                        Samples.AT,
                        Samples.AT.plusSeconds(9)));
        assertThat(store.device("pi-2")).isEmpty();
    }

    @Test
    void pagesThroughTheDevicesOfASelectorInOrder() {
        for (int i = 0; i < 25; i++) {
            store.upsertDevice(Samples.device(
                    "pi-%02d".formatted(i), "raspberry-pi-5", Map.of("even", String.valueOf(i % 2 == 0))));
        }
        List<String> seen = new ArrayList<>();
        FleetStore.Page page = store.devices(Selector.parse("even=true"), null, 5);
        page.devices().forEach(device -> seen.add(device.id()));
        while (page.next() != null) {
            page = store.devices(Selector.parse("even=true"), page.next(), 5);
            page.devices().forEach(device -> seen.add(device.id()));
        }

        assertThat(seen).hasSize(13).isSorted().doesNotHaveDuplicates();
        assertThat(page.total()).isEqualTo(13);
    }

    @Test
    void selectsAsTheSelectorSays() {
        List<Device> fleet = List.of(
                Samples.device("a", "raspberry-pi-5", Map.of("site", "berlin", "line", "1")),
                Samples.device("b", "raspberry-pi-5", Map.of("site", "paris")),
                Samples.device("c", "jetson-nano", Map.of("line", "2")),
                Samples.device("d", "jetson-nano", Map.of()));
        fleet.forEach(store::upsertDevice);

        for (String text : List.of(
                "",
                "site",
                "site=berlin",
                "site!=berlin",
                "site in (berlin paris)",
                "profile=jetson-nano",
                "profile!=jetson-nano,line",
                "arch=aarch64",
                "arch!=aarch64",
                "id in (a d)",
                "id",
                "site=paris,line=1",
                "line in (1 2),profile=jetson-nano")) {
            Selector selector = Selector.parse(text);
            assertThat(store.devices(selector, null, 10).devices())
                    .as(text)
                    .containsExactlyElementsOf(
                            fleet.stream().filter(selector::matches).toList());
        }
    }

    @Test
    void readsDevicesWithTheirTwinsPageByPage() {
        store.upsertDevice(PI);
        store.upsertDevice(Samples.device("pi-2", "raspberry-pi-5", Map.of("site", "berlin")));
        store.upsertDevice(Samples.device("pi-3", "raspberry-pi-5", Map.of()));
        DeviceTwin twin = store.updateTargets("pi-2", before -> List.of(Samples.target("textdir", "textdir@1/fp32")));
        store.setHeld("pi-2", List.of(new HeldBlob(Samples.digest("a"), 1)));
        Selector berlin = Selector.parse("site=berlin");

        assertThat(store.states(berlin, null, 1))
                .containsExactly(new FleetStore.DeviceState(PI, store.twin("pi-1"), List.of()));
        assertThat(store.states(berlin, "pi-1", 10)).singleElement().satisfies(state -> {
            assertThat(state.twin()).isEqualTo(twin);
            assertThat(state.held()).isEqualTo(store.held("pi-2"));
        });
    }

    @Test
    void replacesLabels() {
        store.upsertDevice(PI);

        store.setLabels("pi-1", Map.of("line", "7"));

        assertThat(store.device("pi-1").orElseThrow().labels()).isEqualTo(Map.of("line", "7"));
        assertThat(store.devices(Selector.parse("site"), null, 10).devices()).isEmpty();
        assertThat(store.devices(Selector.parse("line=7"), null, 10).devices()).hasSize(1);
        assertThatThrownBy(() -> store.setLabels("pi-2", Map.of())).isInstanceOf(NotFound.class);
    }

    @Test
    void notesPresenceAndWhatIsHeld() {
        store.upsertDevice(PI);
        List<HeldBlob> held = List.of(new HeldBlob(Samples.digest("a"), 1), new HeldBlob(Samples.digest("b"), 2));

        store.setPresence("pi-1", true, Samples.AT.plusSeconds(5));
        store.setHeld("pi-1", held);

        assertThat(store.device("pi-1").orElseThrow().online()).isTrue();
        assertThat(store.device("pi-1").orElseThrow().lastSeen()).isEqualTo(Samples.AT.plusSeconds(5));
        assertThat(store.held("pi-1")).isEqualTo(held);
        assertThat(store.held("pi-2")).isEmpty();
    }

    @Test
    void raisesTheGenerationOnlyWhenTargetsChange() {
        store.upsertDevice(PI);
        assertThat(store.twin("pi-1")).isEqualTo(new DeviceTwin("pi-1", 0, List.of(), null));
        List<SlotTarget> wanted = List.of(Samples.target("textdir", "textdir@1/fp32"));

        DeviceTwin first = store.updateTargets("pi-1", before -> wanted);
        DeviceTwin same = store.updateTargets("pi-1", before -> wanted);
        assertThat(store.devicesTargeting("textdir", "1", null)).isEqualTo(1);
        assertThat(store.devicesTargeting("textdir", "1", "fp32")).isEqualTo(1);
        assertThat(store.devicesTargeting("textdir", "1", "int8")).isZero();
        DeviceTwin emptied = store.updateTargets("pi-1", before -> List.of());

        assertThat(first).isEqualTo(new DeviceTwin("pi-1", 1, wanted, null));
        assertThat(same.generation()).isEqualTo(1);
        assertThat(emptied.generation()).isEqualTo(2);
        assertThat(store.twin("pi-1")).isEqualTo(emptied);
        assertThat(store.devicesTargeting("textdir", "1", null)).isZero();
        assertThatThrownBy(() -> store.updateTargets("pi-2", before -> wanted)).isInstanceOf(NotFound.class);
    }

    @Test
    void losesNoConcurrentChangeOfTargets() throws Exception {
        store.upsertDevice(PI);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        List<Future<DeviceTwin>> changes = new ArrayList<>();
        try {
            for (int i = 0; i < 40; i++) {
                String slot = "slot-" + i;
                changes.add(threads.submit(() -> store.updateTargets("pi-1", before -> {
                    List<SlotTarget> more = new ArrayList<>(before);
                    more.add(Samples.target(slot, "textdir@1/fp32"));
                    return more;
                })));
            }
            for (Future<DeviceTwin> change : changes) {
                change.get();
            }
        } finally {
            threads.shutdownNow();
        }

        assertThat(store.twin("pi-1").targets()).hasSize(40);
        assertThat(store.twin("pi-1").generation()).isEqualTo(40);
    }

    @Test
    void keepsTheNewestReportOfABoot() {
        store.upsertDevice(PI);

        assertThat(store.setReported(Samples.reported("pi-1", "boot-1", 2))).isTrue();
        assertThat(store.setReported(Samples.reported("pi-1", "boot-1", 1))).isFalse();
        assertThat(store.setReported(Samples.reported("pi-1", "boot-1", 2))).isFalse();
        assertThat(store.setReported(Samples.reported("pi-1", "boot-2", 1))).isTrue();
        assertThat(store.setReported(Samples.reported("pi-2", "boot-1", 1))).isFalse();
        assertThat(store.twin("pi-1").reported()).isEqualTo(Samples.reported("pi-1", "boot-2", 1));
    }

    @Test
    void enrolsAsOftenAsTheTokenAllows() {
        store.putEnrolmentToken(
                new EnrolmentToken("hash", Map.of("site", "berlin"), 2, false, Samples.AT.plusSeconds(60)));
        Credentials login = new Credentials("pi-1", "secret", false);

        assertThat(store.enrol("other", Samples.AT, PI, login)).isEqualTo(Enrolment.TOKEN_SPENT);
        assertThat(store.enrol("hash", Samples.AT.plusSeconds(60), PI, login)).isEqualTo(Enrolment.TOKEN_SPENT);
        assertThat(store.device("pi-1")).isEmpty();
        assertThat(store.enrol("hash", Samples.AT, PI, login)).isEqualTo(Enrolment.ENROLLED);
        assertThat(store.enrol("hash", Samples.AT, PI, new Credentials("pi-1", "stolen", false)))
                .isEqualTo(Enrolment.ID_TAKEN);
        assertThat(store.credentials("pi-1")).contains(login);
        assertThat(store.enrolmentToken("hash").orElseThrow().usesLeft()).isEqualTo(1);
        Device second = Samples.device("pi-2", "raspberry-pi-5", Map.of());
        assertThat(store.enrol("hash", Samples.AT, second, new Credentials("pi-2", "x", false)))
                .isEqualTo(Enrolment.ENROLLED);
        Device third = Samples.device("pi-3", "raspberry-pi-5", Map.of());
        assertThat(store.enrol("hash", Samples.AT, third, new Credentials("pi-3", "x", false)))
                .isEqualTo(Enrolment.TOKEN_SPENT);
    }

    @Test
    void replacesTheLoginOfADeviceIfTheTokenAllows() {
        store.upsertDevice(PI);
        store.putCredentials(new Credentials("pi-1", "old", false));
        store.updateTargets("pi-1", before -> List.of(Samples.target("textdir", "textdir@1/fp32")));
        store.putEnrolmentToken(new EnrolmentToken("hash", Map.of(), 1, true, Samples.AT.plusSeconds(60)));
        Device again = Samples.device("pi-1", "raspberry-pi-5", Map.of("site", "rome"));

        assertThat(store.enrol("hash", Samples.AT, again, new Credentials("pi-1", "new", false)))
                .isEqualTo(Enrolment.ENROLLED);

        assertThat(store.credentials("pi-1")).contains(new Credentials("pi-1", "new", false));
        assertThat(store.device("pi-1").orElseThrow().labels()).isEqualTo(Map.of("site", "rome"));
        assertThat(store.twin("pi-1").generation()).isEqualTo(1);
    }

    @Test
    void deletesADeviceWithItsLogin() {
        store.upsertDevice(PI);
        store.putCredentials(new Credentials("pi-1", "secret", false));

        store.deleteDevice("pi-1");

        assertThat(store.device("pi-1")).isEmpty();
        assertThat(store.credentials("pi-1")).isEmpty();
        assertThat(store.devices(Selector.all(), null, 10).total()).isZero();
    }
}
