package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleetfit recipe …}. */
@Command(
        name = "recipe",
        description = "Recipes: named lists of passes that make variants.",
        subcommands = {
            RecipeCommands.ListRecipes.class,
            RecipeCommands.ShowRecipe.class,
            RecipeCommands.Add.class,
            RecipeCommands.Delete.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit recipe list"})
final class RecipeCommands extends GroupCommand {

    private static String path(String name) {
        return "recipes/" + ApiClient.escape(name);
    }

    private static String target(JsonNode entry) {
        return Show.text(entry, "recipe/target").toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Lists recipes. */
    @Command(
            name = "list",
            description = "Lists the recipes that Fleetfit brings and those that users added.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit recipe list", "  fleetfit recipe list -o wide"})
    static final class ListRecipes extends ApiCommand {
        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("recipes");
            Table table = new Table()
                    .column("NAME", it -> Show.text(it, "name"))
                    .column("PRECISION", it -> Show.text(it, "recipe/precision"))
                    .column("TARGET", RecipeCommands::target)
                    .column("FROM", it -> it.path("builtIn").asBoolean() ? "fleetfit" : "user")
                    .column(
                            "DESCRIPTION",
                            it -> Show.text(it, it.hasNonNull("problem") ? "problem" : "recipe/description"));
            output().print(answer, Show.list(answer, "recipes"), table, out());
            return ExitCodes.OK;
        }
    }

    /** Shows a recipe. */
    @Command(
            name = "show",
            description = "Shows the YAML of a recipe.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit recipe show int8-weights", "  fleetfit recipe show int8-weights -o json"})
    static final class ShowRecipe extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "recipe")
        private String name;

        @Override
        int run(ApiClient api) {
            JsonNode entry = api.get(path(name));
            if (output().forPeople()) {
                out().println(Show.text(entry, "yaml").stripTrailing());
                out().flush();
            } else {
                output().print(entry, out());
            }
            return ExitCodes.OK;
        }
    }

    /** Adds a recipe. */
    @Command(
            name = "add",
            description = {
                "Adds a recipe from a YAML file. All problems of the file are told at once;",
                "a name never changes its content."
            },
            footerHeading = "%nA recipe:%n",
            footer = {
                "  name: small",
                "  description: Large tensors in 8 bits.",
                "  precision: int8-weights",
                "  target: any               # arm, x86-vnni, x86, symmetric",
                "  passes:",
                "    - constants-to-initializers",
                "    - fold-batch-normalization",
                "    - store-as-int8: {least-elements: 4096}",
                "  expandsWeights: true      # computed in 32-bit floats",
                "",
                "Examples:",
                "  fleetfit recipe add small.yaml"
            })
    static final class Add extends ApiCommand {
        @Parameters(paramLabel = "FILE", description = "YAML file with one recipe")
        private Path file;

        @Override
        int run(ApiClient api) {
            JsonNode added = api.post("recipes", Documents.text("FILE", file), "application/yaml");
            if (output().forPeople()) {
                say("Added the recipe " + Show.text(added, "name"));
            } else {
                output().print(added, out());
            }
            return ExitCodes.OK;
        }
    }

    /** Removes a recipe. */
    @Command(
            name = "delete",
            description = "Removes a recipe that a user added; variants that it made stay.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit recipe delete small"})
    static final class Delete extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "recipe")
        private String name;

        @Override
        int run(ApiClient api) {
            api.delete(path(name));
            say("Deleted the recipe " + name);
            return ExitCodes.OK;
        }
    }
}
