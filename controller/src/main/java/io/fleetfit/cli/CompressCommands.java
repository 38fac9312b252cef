package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit model compress} and {@code fleetfit model distill-set}. */
final class CompressCommands {
    private CompressCommands() {}

    /** Searches for a family of variants. */
    @Command(
            name = "compress",
            description = {
                "Searches for the variants worth having: tries recipes for each target,",
                "judges them on labelled data, keeps the front of quality, size, memory and",
                "latency, and tells why the rest was dropped. Interrupting the command",
                "leaves the search running; 'fleetfit job cancel' ends it."
            },
            footerHeading = "%nTargets are profiles or parts of their names (pi4, orin-nano, phone-mid), classes of%n",
            footer = {
                "kernels (arm, x86-vnni, x86, symmetric, any), or 'here' for the controller's",
                "own machine. Latency measured here counts for targets of its own kernels.",
                "",
                "Examples:",
                "  fleetfit model compress classifier@1 --targets pi4,orin-nano,phone-mid \\",
                "      --max-drop 1% --budget 10m --calibration photos:calibration \\",
                "      --validation photos:validation",
                "  fleetfit model compress classifier@1 --targets here --validation photos \\",
                "      --recipes fp32,fp16-storage,int8-weights --no-wait"
            })
    static final class Compress extends ApiCommand {
        @Parameters(paramLabel = "MODEL@VERSION", description = "version or alias")
        private String version;

        @Option(
                names = "--targets",
                required = true,
                split = ",",
                paramLabel = "TARGET",
                description = "what devices to look for variants for")
        private List<String> targets;

        @Option(
                names = "--max-drop",
                paramLabel = "SHARE",
                converter = Share.class,
                defaultValue = "1%",
                description = "most drop of quality, for example 1%% or 0.01; 1%% by default")
        private double maxDrop;

        @Option(
                names = "--max-slowdown",
                paramLabel = "RATIO",
                description = "most latency as a ratio to the parent where it counts; 1.25 by default")
        private @Nullable Double maxSlowdown;

        @Option(
                names = "--budget",
                paramLabel = "TIME",
                converter = TimeSpan.class,
                defaultValue = "10m",
                description = "most time, for example 10m; the best so far is kept")
        private Duration budget;

        @Option(
                names = "--calibration",
                paramLabel = "SET[:SPLIT]",
                description = "data set for recipes that look at activations")
        private @Nullable String calibration;

        @Option(
                names = "--validation",
                paramLabel = "SET[:SPLIT]",
                description = "data set that quality is judged on; else the calibration set")
        private @Nullable String validation;

        @Option(names = "--recipes", split = ",", paramLabel = "RECIPE", description = "recipes to try; else all")
        private @Nullable List<String> recipes;

        @Option(
                names = "--wait",
                negatable = true,
                defaultValue = "true",
                fallbackValue = "true",
                description = "wait for the end, which is the default, or only begin")
        private boolean wait;

        @Override
        int run(ApiClient api) {
            Revision revision = Revision.withVersion("MODEL@VERSION", version);
            String path = revision.versionPath(api);
            JsonNode begun = api.post(path + "/compressions", request());
            String id = begun.path("job").asText();
            if (!wait) {
                say("Began " + id + "; follow it with: fleetfit job watch " + id);
                if (!output().forPeople()) {
                    output().print(begun, out());
                }
                return ExitCodes.OK;
            }
            JsonNode result = new Jobs(api, progress()).await(begun);
            if (!output().forPeople()) {
                output().print(result, out());
                return ExitCodes.OK;
            }
            ComparisonText.print(api.get(path + "/comparison"), output(), out());
            return ExitCodes.OK;
        }

        private ObjectNode request() {
            ObjectNode request = ApiClient.object()
                    .put("maxDrop", maxDrop)
                    .put("budgetSeconds", budget.toSeconds())
                    .set("targets", Documents.strings(targets));
            if (maxSlowdown != null) {
                request.put("maxSlowdown", maxSlowdown);
            }
            if (calibration != null) {
                request.put("calibration", calibration);
            }
            if (validation != null) {
                request.put("validation", validation);
            }
            if (recipes != null) {
                request.set("recipes", Documents.strings(recipes));
            }
            return request;
        }
    }

    /** Exports soft outputs. */
    @Command(
            name = "distill-set",
            description = {
                "Writes what a version answers on a data set into a NumPy archive (.npz),",
                "for training a smaller student elsewhere: the outputs, probabilities of a",
                "classifier, labels (-1 where there is none) and ids.txt."
            },
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit model distill-set classifier@1 --data photos:train --out soft.npz",
                "  fleetfit variant add classifier@1 student.onnx --name student \\",
                "      --data photos:validation"
            })
    static final class DistillSet extends ApiCommand {
        @Parameters(paramLabel = "MODEL@VERSION", description = "version or alias: the teacher")
        private String version;

        @Option(
                names = "--data",
                required = true,
                paramLabel = "SET[:SPLIT]",
                description = "what the teacher is asked")
        private String data;

        @Option(names = "--out", required = true, paramLabel = "FILE", description = "file to write")
        private Path file;

        @Override
        int run(ApiClient api) {
            String path = Revision.withVersion("MODEL@VERSION", version).versionPath(api);
            JsonNode begun = api.post(path + "/distill-sets", ApiClient.object().put("data", data));
            JsonNode result = new Jobs(api, progress()).await(begun);
            api.download("jobs/" + ApiClient.escape(begun.path("job").asText()) + "/file", file);
            if (output().forPeople()) {
                say("Wrote " + file + ": " + Show.text(result, "samples") + " samples, " + Show.bytes(result, "size"));
                say("arrays " + Show.pairs(result, "arrays"));
            } else {
                output().print(result, out());
            }
            return ExitCodes.OK;
        }
    }
}
