package io.fleetfit.compress;

import io.fleetfit.protocol.Digest;
import io.fleetfit.registry.Conflict;
import io.fleetfit.registry.Invalid;
import io.fleetfit.registry.NotFound;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** All recipes by name: those that Fleetfit brings, and those that users added. A name never changes its content. */
public final class RecipeBook {
    private final RecipeStore store;
    private final Clock clock;

    /** A book whose own pages are in {@code store}. */
    public RecipeBook(RecipeStore store, Clock clock) {
        this.store = store;
        this.clock = clock;
    }

    /**
     * A recipe of the book.
     *
     * @param name unique
     * @param builtIn whether Fleetfit brings it
     * @param yaml its text
     * @param recipe what the text says; absent if this release does not understand it
     * @param problem why not; absent if it does
     * @param createdAt when it was added; absent for built-in ones
     */
    public record Entry(
            String name,
            boolean builtIn,
            String yaml,
            @Nullable Recipe recipe,
            @Nullable String problem,
            @Nullable Instant createdAt) {}

    /** Built-in recipes first, best quality first; then the others by name. */
    public List<Entry> list() {
        List<Entry> all = new ArrayList<>();
        Recipes.names().forEach(name -> all.add(builtIn(name)));
        store.list().forEach(stored -> all.add(entry(stored)));
        return all;
    }

    /** The recipe; {@link NotFound} if there is none. */
    public Entry entry(String name) {
        if (Recipes.find(name).isPresent()) {
            return builtIn(name);
        }
        return store.find(name)
                .map(RecipeBook::entry)
                .orElseThrow(() -> new NotFound("recipe", name, "use some of " + names()));
    }

    /** The recipe, ready to be made; {@link Invalid} that names {@code field} and what there is otherwise. */
    public Recipe require(String field, String name) {
        Optional<Recipe> builtIn = Recipes.find(name);
        if (builtIn.isPresent()) {
            return builtIn.get();
        }
        return store.find(name)
                .map(stored -> RecipeReader.read(stored.yaml()))
                .orElseThrow(() ->
                        new Invalid("there is no such recipe: '" + name + "'", field, name, "use some of " + names()));
    }

    /** Every name. */
    public List<String> names() {
        return list().stream().map(Entry::name).toList();
    }

    /**
     * Adds a recipe. Adding the same again changes nothing.
     *
     * @throws Invalid that lists every problem of the text
     * @throws Conflict if the name has another content
     */
    public Entry add(String yaml) {
        Recipe recipe = RecipeReader.read(yaml);
        RecipeStore.Stored wish = new RecipeStore.Stored(
                recipe.name(), yaml, Digest.of(yaml.getBytes(StandardCharsets.UTF_8)), clock.instant());
        if (Recipes.find(recipe.name()).isPresent()) {
            throw taken(recipe.name(), "Fleetfit brings a recipe of this name");
        }
        if (!store.insert(wish)) {
            RecipeStore.Stored known = store.find(recipe.name()).orElse(wish);
            if (!known.digest().equals(wish.digest())) {
                throw taken(recipe.name(), "there is another recipe of this name; recipes never change");
            }
            return entry(known);
        }
        return entry(wish);
    }

    private static Conflict taken(String name, String why) {
        return new Conflict(why + ": '" + name + "'", "name", name, "choose another name");
    }

    /** Removes a recipe that a user added. Variants keep the passes that made them. */
    public void delete(String name) {
        if (Recipes.find(name).isPresent()) {
            throw new Conflict(
                    "the recipe '" + name + "' comes with Fleetfit", "name", name, "leave it; nothing needs it to go");
        }
        if (!store.delete(name)) {
            throw new NotFound("recipe", name, "use some of " + names());
        }
    }

    private static Entry builtIn(String name) {
        return new Entry(
                name, true, Recipes.yaml(name).orElseThrow(), Recipes.find(name).orElseThrow(), null, null);
    }

    private static Entry entry(RecipeStore.Stored stored) {
        try {
            return new Entry(
                    stored.name(), false, stored.yaml(), RecipeReader.read(stored.yaml()), null, stored.createdAt());
        } catch (Invalid e) {
            return new Entry(stored.name(), false, stored.yaml(), null, e.getMessage(), stored.createdAt());
        }
    }
}
