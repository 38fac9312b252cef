package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit model …}. */
@Command(
        name = "model",
        description = "Models and their versions.",
        subcommands = {
            ModelCommands.Import.class,
            ModelCommands.ListModels.class,
            ModelCommands.ShowModel.class,
            ModelCommands.Tag.class,
            ModelCommands.Alias.class,
            CompressCommands.Compress.class,
            CompressCommands.DistillSet.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit model list", "  fleetfit model show classifier"})
final class ModelCommands extends GroupCommand {

    /** Uploads a file as a version. */
    @Command(
            name = "import",
            description = {
                "Uploads an ONNX file as a new version of a model, checks it and makes its variants.",
                "An interrupted upload of the same file goes on where it stopped."
            },
            footerHeading = "%nThe contract is a YAML or JSON file; without one it is taken from the graph:%n",
            footer = {
                "  task: CLASSIFICATION        # DETECTION, EMBEDDING, TENSOR",
                "  inputs:  [{name: x, type: FP32, shape: [-1, 3, 48, 192]}]",
                "  outputs: [{name: y, type: FP32, shape: [-1, 2]}]",
                "  image: {width: 192, height: 48, resize: PAD_RIGHT, layout: NCHW,",
                "          channels: BGR, scale: 0.00392156862745098,",
                "          mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}",
                "  softmax: false              # whether outputs still need one",
                "  labels: [upright, turned]",
                "  qualityMetric: top1",
                "",
                "Examples:",
                "  fleetfit model import net.onnx --name classifier",
                "  fleetfit model import net.onnx --name classifier --version 2 \\",
                "      --contract contract.yaml --recipes fp32,int8-weights --tag data=may"
            })
    static final class Import extends ApiCommand {
        @Parameters(paramLabel = "FILE", description = "ONNX file")
        private Path file;

        @Option(names = "--name", required = true, paramLabel = "MODEL", description = "name of the model")
        private String name;

        @Option(names = "--version", paramLabel = "VERSION", description = "name of the version; else the next number")
        private @Nullable String version;

        @Option(names = "--contract", paramLabel = "FILE", description = "what the model promises, YAML or JSON")
        private @Nullable Path contract;

        @Option(
                names = "--recipes",
                paramLabel = "RECIPE",
                split = ",",
                description = "variants to make; else fp32,fp16-storage,int8-weights")
        private @Nullable List<String> recipes;

        @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "tag of the version; may be repeated")
        private @Nullable Map<String, String> tags;

        @Override
        int run(ApiClient api) {
            ObjectNode request = ApiClient.object();
            if (contract != null) {
                request.set("contract", Documents.object("--contract", contract));
            }
            if (version != null) {
                request.put("version", version);
            }
            if (recipes != null) {
                request.set("recipes", Documents.strings(recipes));
            }
            if (tags != null) {
                request.set("tags", Documents.pairs(tags));
            }
            String blob = new Uploader(api, surroundings(), progress()).upload(file);
            JsonNode begun = api.post("models/" + ApiClient.escape(name) + "/versions", request.put("blob", blob));
            JsonNode result = new Jobs(api, progress()).await(begun);
            String made = result.path("version").asText(version == null ? "" : version);
            if (!output().forPeople()) {
                output().print(result, out());
                return ExitCodes.OK;
            }
            say("Imported " + name + (made.isEmpty() ? "" : "@" + made) + ", blob " + blob.substring(0, 12));
            if (!made.isEmpty()) {
                VariantCommands.print(api, new Revision(name, made), this);
            }
            return ExitCodes.OK;
        }
    }

    /** Lists models. */
    @Command(
            name = "list",
            description = "Lists all models.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit model list", "  fleetfit model list -o json"})
    static final class ListModels extends ApiCommand {
        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("models");
            Table table = new Table()
                    .column("NAME", it -> Show.text(it, "name"))
                    .column("TASK", it -> Show.text(it, "contract/task"))
                    .column("ALIASES", it -> Show.pairs(it, "aliases"))
                    .column("TAGS", it -> Show.pairs(it, "tags"))
                    .number("AGE", it -> Show.age(it, "createdAt", clock()));
            output().print(answer, Show.list(answer, "models"), table, out());
            return ExitCodes.OK;
        }
    }

    /** Shows a model. */
    @Command(
            name = "show",
            description = "Shows a model with its versions, or one version with its variants.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit model show classifier", "  fleetfit model show classifier@2 -o yaml"})
    static final class ShowModel extends ApiCommand {
        @Parameters(paramLabel = "MODEL[@VERSION]", description = "model, or one version or alias of it")
        private String model;

        @Override
        int run(ApiClient api) {
            Revision revision = Revision.parse("MODEL", model);
            if (revision.revision() != null) {
                JsonNode version = api.get(revision.versionPath(api));
                if (!output().forPeople()) {
                    output().print(version, out());
                    return ExitCodes.OK;
                }
                say(revision.model() + "@" + Show.text(version, "version") + "  source "
                        + Show.digest(version, "source") + "  tags " + Show.pairs(version, "tags"));
                VariantCommands.print(api, new Revision(revision.model(), Show.text(version, "version")), this);
                return ExitCodes.OK;
            }
            JsonNode answer = api.get(revision.modelPath());
            JsonNode versions = api.get(revision.modelPath() + "/versions");
            if (!output().forPeople()) {
                output().print(
                                ApiClient.object()
                                        .<ObjectNode>set("model", answer)
                                        .set("versions", versions),
                                out());
                return ExitCodes.OK;
            }
            say(model + "  task " + Show.text(answer, "contract/task") + "  quality metric "
                    + Show.text(answer, "contract/qualityMetric"));
            say("aliases " + Show.pairs(answer, "aliases") + "  tags " + Show.pairs(answer, "tags"));
            Table table = new Table()
                    .column("VERSION", it -> Show.text(it, "version"))
                    .column("SOURCE", it -> Show.digest(it, "source"))
                    .column("TAGS", it -> Show.pairs(it, "tags"))
                    .number("AGE", it -> Show.age(it, "createdAt", clock()));
            output().print(versions, Show.list(versions, "versions"), table, out());
            return ExitCodes.OK;
        }
    }

    /** Tags a version. */
    @Command(
            name = "tag",
            description = "Sets and removes tags of a version.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit model tag classifier@2 stage=field owner=vision",
                "  fleetfit model tag classifier@2 stage-"
            })
    static final class Tag extends ApiCommand {
        @Parameters(index = "0", paramLabel = "MODEL@VERSION", description = "version")
        private String version;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "KEY=VALUE|KEY-",
                description = "tags to set or remove")
        private List<String> edits = new ArrayList<>();

        @Override
        int run(ApiClient api) {
            String path = Revision.withVersion("MODEL@VERSION", version).versionPath(api);
            Map<String, String> tags = Documents.pairs(api.get(path).path("tags"));
            ObjectNode after = Documents.pairs(Revision.edit("tag", tags, edits));
            api.put(path + "/tags", ApiClient.object().set("tags", after));
            say(version + "  tags " + Show.pairs(after));
            return ExitCodes.OK;
        }
    }

    /** Points an alias. */
    @Command(
            name = "alias",
            description = "Points an alias of a model at a version, or removes the alias.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit model alias classifier production 2",
                "  fleetfit model alias classifier candidate --delete"
            })
    static final class Alias extends ApiCommand {
        @Parameters(index = "0", paramLabel = "MODEL", description = "model")
        private String model;

        @Parameters(index = "1", paramLabel = "ALIAS", description = "for example production")
        private String alias;

        @Parameters(index = "2", arity = "0..1", paramLabel = "VERSION", description = "version that it shall point at")
        private @Nullable String version;

        @Option(names = "--delete", description = "remove the alias")
        private boolean delete;

        @Override
        int run(ApiClient api) {
            String path = "models/" + ApiClient.escape(model) + "/aliases/" + ApiClient.escape(alias);
            if (delete == (version != null)) {
                throw CliFailure.badInput(
                        "VERSION", version == null ? "" : version, "give either a version or --delete");
            }
            if (delete) {
                api.delete(path);
                say("Removed the alias " + model + "@" + alias);
            } else {
                api.put(path, ApiClient.object().put("version", version));
                say(model + "@" + alias + " is version " + version);
            }
            return ExitCodes.OK;
        }
    }
}
