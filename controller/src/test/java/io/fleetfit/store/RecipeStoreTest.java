package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.fleetfit.compress.RecipeStore;
import io.fleetfit.compress.RecipeStore.Stored;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(Backend.class)
class RecipeStoreTest {
    private final RecipeStore store;

    RecipeStoreTest(Backend backend) {
        store = backend.emptied().recipeStore();
    }

    private static Stored recipe(String name, String text) {
        return new Stored(name, text, Samples.digest(text), Samples.AT);
    }

    @Test
    void keeps_the_first_recipe_of_a_name() {
        assertThat(store.insert(recipe("b", "name: b\n"))).isTrue();
        assertThat(store.insert(recipe("a", "name: a\n"))).isTrue();
        assertThat(store.insert(recipe("b", "other"))).isFalse();

        assertThat(store.list()).containsExactly(recipe("a", "name: a\n"), recipe("b", "name: b\n"));
        assertThat(store.find("b")).contains(recipe("b", "name: b\n"));
        assertThat(store.find("c")).isEmpty();
    }

    @Test
    void removes_a_recipe_once() {
        store.insert(recipe("a", "name: a\n"));

        assertThat(store.delete("a")).isTrue();
        assertThat(store.delete("a")).isFalse();
        assertThat(store.list()).isEmpty();
    }
}
