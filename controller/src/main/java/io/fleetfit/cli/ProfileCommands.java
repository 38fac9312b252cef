package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleetfit profile …}. */
@Command(
        name = "profile",
        description = "Profiles: classes of devices.",
        subcommands = {
            ProfileCommands.ListProfiles.class,
            ProfileCommands.ShowProfile.class,
            ProfileCommands.Validate.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit profile list"})
final class ProfileCommands extends GroupCommand {

    /** A figure is a value with its source. */
    private static String value(JsonNode profile, String field) {
        return Show.text(profile, field + "/value");
    }

    /** Lists profiles. */
    @Command(
            name = "list",
            description = "Lists the profiles that devices are matched to.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit profile list", "  fleetfit profile list -o wide"})
    static final class ListProfiles extends ApiCommand {
        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("profiles");
            Table table = new Table()
                    .column("NAME", it -> Show.text(it, "name"))
                    .column("SOC", it -> value(it, "soc"))
                    .column("ARCH", it -> value(it, "arch"))
                    .number("CORES", it -> value(it, "cores"))
                    .number("MEMORY", it -> Show.memory(it, "memoryBytes/value"))
                    .column("ACCELERATORS", it -> value(it, "accelerators"))
                    .wide("TITLE", it -> Show.text(it, "title"))
                    .wide("EXTENDS", it -> Show.text(it, "extends"))
                    .wide("ISA", it -> value(it, "isaFeatures"))
                    .wide("WATTS", it -> value(it, "powerWatts"));
            output().print(answer, Show.list(answer, "profiles"), table, out());
            return ExitCodes.OK;
        }
    }

    /** Shows a profile. */
    @Command(
            name = "show",
            description = "Shows a profile with the source of each figure, as YAML.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit profile show raspberry-pi-5-8gb", "  fleetfit profile show jetson-nano -o json"})
    static final class ShowProfile extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "profile")
        private String name;

        @Override
        int run(ApiClient api) {
            JsonNode profile = api.get("profiles/" + ApiClient.escape(name));
            if (output().forPeople()) {
                output().printYaml(profile, out());
            } else {
                output().print(profile, out());
            }
            return ExitCodes.OK;
        }
    }

    /** Checks a file. */
    @Command(
            name = "validate",
            description = "Checks a profile file against the schema and the bundled profiles.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit profile validate my-board.yaml"})
    static final class Validate extends ApiCommand {
        @Parameters(paramLabel = "FILE", description = "YAML file with one profile")
        private Path file;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.post("profiles/validate", Documents.text("FILE", file), "application/yaml");
            if (!output().forPeople()) {
                output().print(answer, out());
            }
            if (answer.path("valid").asBoolean(true) && answer.path("problems").isEmpty()) {
                say(file + " is a valid profile");
                return ExitCodes.OK;
            }
            for (JsonNode problem : answer.path("problems")) {
                say(file + ": "
                        + (problem.isTextual()
                                ? problem.asText()
                                : Show.text(problem, "field") + ": " + Show.text(problem, "message")));
            }
            return ExitCodes.REFUSED;
        }
    }
}
