package io.fleetfit.profiles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProfilesTest {
    private static final String OWN = """
            name: my-gateway
            title: My gateway
            extends: raspberry-pi-4b
            memoryBytes: {value: 3221225472, source: data sheet}
            """;

    private final Profiles bundled = Profiles.bundled();

    @TempDir
    Path folder;

    @Test
    void there_are_at_least_fourteen_devices() {
        assertThat(bundled.all().stream().filter(profile -> !profile.isAbstract()))
                .hasSizeGreaterThanOrEqualTo(14)
                .allSatisfy(profile -> {
                    assertThat(profile.memoryBytes()).isNotNull();
                    assertThat(profile.rates().gmacsPerSecond()).hasSize(6);
                    assertThat(profile.soc().source()).isNotBlank();
                });
    }

    @Test
    void a_child_has_its_own_figures_and_inherits_the_rest() {
        Profile parent = bundled.find("raspberry-pi-4b").orElseThrow();
        Profile child = bundled.find("raspberry-pi-4b-2gb").orElseThrow();

        assertThat(child.soc()).isEqualTo(parent.soc());
        assertThat(child.arch().value()).isEqualTo("aarch64");
        assertThat(child.isAbstract()).isFalse();
        assertThat(child.memoryBytes()).extracting(Figure::value).isEqualTo(2L << 30);
    }

    @Test
    void a_folder_adds_profiles_and_replaces_bundled_ones() throws Exception {
        Files.writeString(folder.resolve("gateway.yaml"), OWN);
        Files.writeString(folder.resolve("nano.yaml"), OWN.replace("my-gateway", "jetson-nano"));

        Profiles all = Profiles.withFolder(folder);

        assertThat(all.find("my-gateway").orElseThrow().soc().value()).isEqualTo("BCM2711");
        assertThat(all.find("jetson-nano").orElseThrow().soc().value()).isEqualTo("BCM2711");
    }

    @Test
    void every_problem_of_every_file_is_told_at_once() throws Exception {
        Files.writeString(folder.resolve("a.yaml"), OWN + "cores: {value: -1, source: guess}\ncolour: red\n");
        Files.writeString(
                folder.resolve("b.yaml"),
                OWN.replace("raspberry-pi-4b", "nothing").replace("my-", "b-"));
        Files.writeString(folder.resolve("c.yaml"), "name: [");

        assertThatThrownBy(() -> Profiles.withFolder(folder))
                .isInstanceOf(InvalidProfiles.class)
                .hasMessageContaining("a.yaml: cores.value")
                .hasMessageContaining("-1")
                .hasMessageContaining("colour")
                .hasMessageContaining("b.yaml: extends: names 'nothing'")
                .hasMessageContaining("c.yaml: is not YAML");
    }

    @Test
    void a_figure_without_a_source_is_refused() {
        String yaml = OWN.replace(", source: data sheet", "");

        assertThatThrownBy(() -> bundled.check("own.yaml", yaml)).hasMessageContaining("source");
    }

    @Test
    void a_circle_of_parents_is_refused() throws Exception {
        Files.writeString(folder.resolve("a.yaml"), "name: a\nextends: b\n");
        Files.writeString(folder.resolve("b.yaml"), "name: b\nextends: a\n");

        assertThatThrownBy(() -> Profiles.withFolder(folder)).hasMessageContaining("circle");
    }

    @Test
    void one_file_is_checked_without_being_added() {
        assertThat(bundled.check("own.yaml", OWN).name()).isEqualTo("my-gateway");
        assertThat(bundled.find("my-gateway")).isEmpty();
    }
}
