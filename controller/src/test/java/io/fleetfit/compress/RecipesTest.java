package io.fleetfit.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RecipesTest {
    private static final String MINE = """
            name: mine
            description: Halves.
            precision: fp16-storage
            target: arm
            passes:
              - drop-unused
              - store-as-int8: {least-elements: 1000}
            settings: {threads: 2, sessionConfig: {session.x64quantprecision: 1}}
            expandsWeights: true
            vary: {pass: store-as-int8, setting: least-elements, values: [100, 1000], goal: first-that-passes, resolution: 1}
            """;

    private final RecipeBook book = new RecipeBook(new MemoryStore(), Clock.systemUTC());

    @Test
    void every_built_in_recipe_is_right_and_named_as_its_file() {
        assertThat(Recipes.names())
                .contains("fp32", "fp16-storage", "int8-weights")
                .doesNotHaveDuplicates();
        for (String name : Recipes.names()) {
            Recipe recipe = Recipes.find(name).orElseThrow();
            assertThat(recipe.name()).isEqualTo(name);
            assertThat(recipe.description()).as(name).isNotBlank();
        }
        assertThat(Recipes.names()).containsAll(Recipes.onImport());
    }

    @Test
    void reads_every_field() {
        Recipe recipe = RecipeReader.read(MINE);

        assertThat(recipe.target()).isEqualTo(Target.ARM);
        assertThat(recipe.passTexts()).containsExactly("drop-unused", "store-as-int8{least-elements=1000}");
        assertThat(recipe.settings().threads()).isEqualTo(2);
        assertThat(recipe.settings().sessionConfig()).containsEntry("session.x64quantprecision", "1");
        assertThat(recipe.expandsWeights()).isTrue();
        assertThat(recipe.with(150).passTexts()).contains("store-as-int8{least-elements=150}");
        assertThat(recipe.with(150).name()).isEqualTo("mine.150");
    }

    @Test
    void tells_every_problem_at_once() {
        String bad = """
                name: Not A Name
                precision: 8
                target: gpu
                colour: red
                passes:
                  - no-such-pass
                  - store-as-int8: {least-elements: 0, most-elements: 3}
                  - [a, b]
                settings: {threads: 0, speed: 9}
                vary: {pass: drop-unused, setting: x, values: [a], goal: best}
                """;

        assertThatThrownBy(() -> RecipeReader.read(bad))
                .isInstanceOf(Invalid.class)
                .hasMessageContainingAll(
                        "name 'Not A Name'",
                        "precision must be a text",
                        "target 'gpu' is none of [any, arm, x86-vnni, x86, symmetric]",
                        "no field 'colour'",
                        "no pass 'no-such-pass'",
                        "'least-elements' of the pass 'store-as-int8' cannot be used",
                        "no setting 'most-elements'",
                        "a pass is written",
                        "settings.threads",
                        "no field 'settings.speed'",
                        "vary.goal 'best'",
                        "vary.values must be a list of numbers");
        assertThatThrownBy(() -> RecipeReader.read("- a")).hasMessageContaining("it is no object");
        assertThatThrownBy(() -> RecipeReader.read("a: [")).hasMessageContaining("it is no YAML");
        assertThatThrownBy(() -> RecipeReader.read("name: a"))
                .hasMessageContainingAll("precision is missing", "passes");
    }

    @Test
    void a_name_keeps_its_content() {
        RecipeBook.Entry added = book.add(MINE);

        assertThat(book.add(MINE)).isEqualTo(added);
        assertThat(book.names()).contains("mine", "fp32");
        assertThat(book.require("recipes", "mine").name()).isEqualTo("mine");
        assertThatThrownBy(() -> book.add(MINE.replace("1000}", "999}"))).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> book.add(MINE.replace("name: mine", "name: fp32")))
                .isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> book.require("recipes", "theirs"))
                .isInstanceOf(Invalid.class)
                .hasMessageContaining("theirs");
    }

    @Test
    void only_what_users_added_can_be_removed() {
        book.add(MINE);

        book.delete("mine");

        assertThatThrownBy(() -> book.delete("mine")).isInstanceOf(NotFound.class);
        assertThatThrownBy(() -> book.delete("fp32")).isInstanceOf(Conflict.class);
        assertThatThrownBy(() -> book.entry("mine")).isInstanceOf(NotFound.class);
    }

    @Test
    void the_digest_follows_what_a_recipe_does_and_not_its_name() {
        Recipe recipe = RecipeReader.read(MINE);

        assertThat(RecipeReader.read(MINE.replace("name: mine", "name: yours")).digest())
                .isEqualTo(recipe.digest());
        assertThat(RecipeReader.read(MINE.replace("1000}", "999}")).digest()).isNotEqualTo(recipe.digest());
    }

    @Test
    void devices_map_to_kernels() {
        assertThat(Target.forDevice("aarch64", List.of("asimd"), List.of())).isEqualTo(Target.ARM);
        assertThat(Target.forDevice("aarch64", List.of("asimd"), List.of("cuda")))
                .isEqualTo(Target.SYMMETRIC);
        assertThat(Target.forDevice("x86_64", List.of("avx2", "avx512_vnni"), List.of()))
                .isEqualTo(Target.X86_VNNI);
        assertThat(Target.forDevice("x86_64", List.of("avx2"), List.of())).isEqualTo(Target.X86);
        assertThat(Target.forDevice("riscv64", List.of(), List.of())).isEqualTo(Target.ANY);
    }

    private static final class MemoryStore implements RecipeStore {
        private final List<Stored> all = new ArrayList<>();

        @Override
        public boolean insert(Stored recipe) {
            return find(recipe.name()).isEmpty() && all.add(recipe);
        }

        @Override
        public Optional<Stored> find(String name) {
            return all.stream().filter(each -> each.name().equals(name)).findFirst();
        }

        @Override
        public List<Stored> list() {
            return all.stream().sorted(Comparator.comparing(Stored::name)).toList();
        }

        @Override
        public boolean delete(String name) {
            return all.removeIf(each -> each.name().equals(name));
        }
    }
}
