package io.fleetfit.profiles;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.protocol.Capabilities;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProfileMatcherTest {
    private final ProfileMatcher matcher = new ProfileMatcher(Profiles.bundled());

    @ParameterizedTest
    @CsvSource({
        "Raspberry Pi Zero 2 W Rev 1.0, 0x41, 0xd03, 4, 427, raspberry-pi-zero-2w",
        "Raspberry Pi 3 Model B Plus Rev 1.3, 0x41, 0xd03, 4, 906, raspberry-pi-3b-plus",
        "Raspberry Pi 4 Model B Rev 1.1, 0x41, 0xd08, 4, 924, raspberry-pi-4b-1gb",
        "Raspberry Pi 4 Model B Rev 1.4, 0x41, 0xd08, 4, 1870, raspberry-pi-4b-2gb",
        "Raspberry Pi 4 Model B Rev 1.5, 0x41, 0xd08, 4, 3794, raspberry-pi-4b-4gb",
        "Raspberry Pi 4 Model B Rev 1.4, 0x41, 0xd08, 4, 7809, raspberry-pi-4b-8gb",
        "Raspberry Pi 5 Model B Rev 1.0, 0x41, 0xd0b, 4, 8053, raspberry-pi-5-8gb",
        "NVIDIA Jetson Nano Developer Kit, 0x41, 0xd07, 4, 3956, jetson-nano",
        "NVIDIA Jetson Xavier NX Developer Kit, 0x4e, 0x004, 6, 7771, jetson-xavier-nx",
        "NVIDIA Jetson Orin Nano Developer Kit, 0x41, 0xd42, 6, 7620, jetson-orin-nano",
        "NVIDIA Jetson AGX Orin Developer Kit, 0x41, 0xd42, 8, 30698, jetson-agx-orin",
        "phone-mid, 0x51, 0x804, 8, 5600, phone-mid"
    })
    void a_board_that_names_itself_gets_its_profile(
            String model, String implementer, String part, int cores, long memoryMegabytes, String profile) {
        ProfileMatcher.Match match =
                matcher.match(device("aarch64", model, implementer, part, cores, memoryMegabytes << 20));

        assertThat(match.profile().name()).isEqualTo(profile);
        assertThat(match.certainty()).isEqualTo(ProfileMatcher.Certainty.BOARD);
    }

    @Test
    void without_a_board_name_the_cpu_and_the_memory_decide() {
        ProfileMatcher.Match match = matcher.match(device("aarch64", null, "0x41", "0xd08", 4, 3_900_000_000L));

        assertThat(match.profile().name()).isEqualTo("raspberry-pi-4b-4gb");
        assertThat(match.certainty()).isEqualTo(ProfileMatcher.Certainty.CPU);
    }

    @Test
    void a_cpu_with_another_number_of_cores_is_another_board() {
        ProfileMatcher.Match match = matcher.match(device("aarch64", null, "0x41", "0xd08", 16, 64L << 30));

        assertThat(match.certainty()).isEqualTo(ProfileMatcher.Certainty.AD_HOC);
    }

    @Test
    void the_unknown_gets_an_ad_hoc_profile_with_its_own_figures_and_a_stable_name() {
        Capabilities unknown = device("x86_64", null, null, null, 2, 24L << 30);

        ProfileMatcher.Match match = matcher.match(unknown);

        assertThat(match.certainty()).isEqualTo(ProfileMatcher.Certainty.AD_HOC);
        assertThat(match.profile().name()).isEqualTo("adhoc-x86-64-2c-24g");
        assertThat(match.profile().cores().value()).isEqualTo(2);
        assertThat(match.profile().parent()).isEqualTo("generic-x86-64");
        assertThat(matcher.match(unknown).profile()).isEqualTo(match.profile());
        assertThat(match.profile().rates().gmacsPerSecond()).containsEntry("GEMM", 2.25);
    }

    private static Capabilities device(
            String arch,
            @Nullable String model,
            @Nullable String implementer,
            @Nullable String part,
            int cores,
            long memoryBytes) {
        return new Capabilities(
                arch,
                "Linux",
                model,
                null,
                implementer,
                part,
                cores,
                Set.of("asimd"),
                memoryBytes,
                1L << 34,
                1L << 33,
                List.of(),
                List.of("CPUExecutionProvider"),
                "1.29.0",
                24,
                false,
                false);
    }
}
