package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit variant …}. */
@Command(
        name = "variant",
        description = "Variants of a version.",
        subcommands = {
            VariantCommands.Add.class,
            FamilyCommand.class,
            VariantCommands.ListVariants.class,
            CompareCommand.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit variant list classifier@2"})
final class VariantCommands extends GroupCommand {

    /** Prints the variants of a version. */
    static void print(ApiClient api, Revision version, ApiCommand command) {
        JsonNode answer = api.get(version.versionPath(api) + "/variants");
        Table table = new Table()
                .column("VARIANT", VariantCommands::name)
                .column("PRECISION", it -> Show.text(it, "precision"))
                .number("SIZE", it -> Show.bytes(it, "size"))
                .number("PARAMS", it -> parameters(it))
                .number("MMACS", it -> macs(it))
                .column("QUALITY", VariantCommands::quality)
                .column("MADE FROM", VariantCommands::parent)
                .wide("RECIPE", it -> Show.text(it, "recipe"))
                .wide("PASSES", it -> Show.pairs(it, "passes"))
                .wide("PROVIDER", it -> Show.text(it, "settings/provider"))
                .wide("BLOB", it -> Show.text(it, "blob"))
                .wide("TAGS", it -> Show.pairs(it, "tags"));
        command.output().print(answer, Show.list(answer, "variants"), table, command.out());
    }

    /** The last part of the full name. */
    private static String name(JsonNode variant) {
        String ref = Show.text(variant, "ref");
        return variant.hasNonNull("name") ? Show.text(variant, "name") : ref.substring(ref.lastIndexOf('/') + 1);
    }

    private static String parent(JsonNode variant) {
        String ref = Show.text(variant, "parent");
        return ref.substring(ref.lastIndexOf('/') + 1);
    }

    private static String parameters(JsonNode variant) {
        JsonNode count = variant.at("/summary/parameters");
        return count.isNumber() ? Show.count(count.asDouble()) : Show.ABSENT;
    }

    private static String macs(JsonNode variant) {
        JsonNode macs = variant.at("/summary/macs");
        double sum = 0;
        for (JsonNode each : macs) {
            sum += each.asDouble();
        }
        return macs.isObject() ? Show.format("%.1f", sum / 1e6) : Show.ABSENT;
    }

    private static String quality(JsonNode variant) {
        return variant.hasNonNull("quality")
                ? Show.text(variant, "quality/metric") + " " + Show.number(variant, "quality/value", "%.4f")
                : Show.ABSENT;
    }

    /** Adds a file as a variant. */
    @Command(
            name = "add",
            description = "Uploads an ONNX file as one more variant of a version.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit variant add classifier@2 pruned.onnx --name pruned",
                "  fleetfit variant add classifier@2 q.onnx --name q --precision int8 \\",
                "      --parent fp32 --tag isa=asimddp"
            })
    static final class Add extends ApiCommand {
        @Parameters(index = "0", paramLabel = "MODEL@VERSION", description = "version")
        private String version;

        @Parameters(index = "1", paramLabel = "FILE", description = "ONNX file")
        private Path file;

        @Option(names = "--name", required = true, paramLabel = "VARIANT", description = "name of the variant")
        private String name;

        @Option(names = "--precision", paramLabel = "WHAT", description = "fp32, fp16-storage, int8-weights, int8, ...")
        private @Nullable String precision;

        @Option(names = "--parent", paramLabel = "VARIANT", description = "variant that it was made from")
        private @Nullable String parent;

        @Option(
                names = "--tag",
                paramLabel = "KEY=VALUE",
                description = "tag; may be repeated. 'isa' names CPU features that a device must have")
        private @Nullable Map<String, String> tags;

        @Option(
                names = "--data",
                paramLabel = "SET[:SPLIT]",
                description = "compare it with its parent on this data set")
        private @Nullable String data;

        @Override
        int run(ApiClient api) {
            Revision revision = Revision.withVersion("MODEL@VERSION", version);
            String path = revision.versionPath(api);
            ObjectNode request = ApiClient.object().put("name", name);
            if (precision != null) {
                request.put("precision", precision);
            }
            if (parent != null) {
                request.put("parent", parent);
            }
            if (tags != null) {
                request.set("tags", Documents.pairs(tags));
            }
            if (data != null) {
                request.put("data", data);
            }
            String blob = new Uploader(api, surroundings(), progress()).upload(file);
            JsonNode begun = api.post(path + "/variants", request.put("blob", blob));
            JsonNode result = new Jobs(api, progress()).await(begun);
            if (output().forPeople()) {
                say("Added " + version + "/" + name + ", blob " + blob.substring(0, 12));
                agreement(result);
            } else {
                output().print(result, out());
            }
            return ExitCodes.OK;
        }

        private void agreement(JsonNode result) {
            JsonNode evaluation = result.path("evaluation");
            if (evaluation.isObject()) {
                say("On " + Show.text(evaluation, "samples") + " samples: agreement with the parent "
                        + Show.number(evaluation, "agreement/value", "%.4f") + ", quality "
                        + Show.number(evaluation, "quality/value", "%.4f") + ", latency "
                        + Show.number(evaluation, "latency/ratio", "%.2f") + " x");
            }
        }
    }

    /** Lists variants. */
    @Command(
            name = "list",
            description = "Lists the variants of a version; of the newest one if none is named.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit variant list classifier", "  fleetfit variant list classifier@production -o wide"})
    static final class ListVariants extends ApiCommand {
        @Parameters(paramLabel = "MODEL[@VERSION]", description = "version or alias")
        private String version;

        @Override
        int run(ApiClient api) {
            print(api, Revision.parse("MODEL", version), this);
            return ExitCodes.OK;
        }
    }
}
