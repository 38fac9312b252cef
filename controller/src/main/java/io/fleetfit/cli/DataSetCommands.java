package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.dataset.file.BadDataSet;
import io.fleetfit.dataset.pack.DataSetPacker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit dataset …}. */
@Command(
        name = "dataset",
        description = "Data sets: samples for calibration and validation.",
        subcommands = {
            DataSetCommands.Import.class,
            DataSetCommands.ListDataSets.class,
            DataSetCommands.ShowDataSet.class,
            DataSetCommands.Delete.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit dataset list", "  fleetfit dataset show flowers"})
final class DataSetCommands extends GroupCommand {

    /** Packs and uploads a data set. */
    @Command(
            name = "import",
            description = {
                "Packs samples into one file, uploads it and checks every sample.",
                "The same samples give the same file: an interrupted import goes on."
            },
            footerHeading = "%nPATH is one of:%n",
            footer = {
                "  a folder with labels.tsv, .csv or .jsonl, or --labels naming such a list:",
                "    FILE, CLASS[, NAME][, SPLIT] on each line; a header is understood",
                "  a folder CLASS/PICTURE or SPLIT/CLASS/PICTURE, or of pictures alone",
                "  an array .npy, or .npz with an array for each input, the first",
                "    dimension counting samples; labels are the array 'labels', or",
                "    --labels FILE (.npy, or a class on each line)",
                "  a list .jsonl, an object on each line:",
                "    {\"file\": \"a.jpg\", \"label\": \"cat\", \"split\": \"validation\"}",
                "    {\"inputs\": {\"x\": [[0.1, 0.2]]}, \"label\": 3}",
                "    {\"file\": \"b.jpg\", \"unit\": \"pixels\",",
                "     \"boxes\": [{\"label\": \"face\", \"box\": [10, 20, 90, 120]}]}",
                "Pictures are JPEG or PNG.",
                "",
                "Examples:",
                "  fleetfit dataset import photos/ --name flowers",
                "  fleetfit dataset import photos/ --name flowers --labels list.csv \\",
                "      --split calibration=20%% --split validation=80%%",
                "  fleetfit dataset import digits.npz --name digits --tag from=lab"
            })
    static final class Import extends ApiCommand {
        private static final Duration KEPT = Duration.ofDays(2);
        private static final Pattern SHARE = Pattern.compile("(\\d{1,3}(?:\\.\\d+)?)\\s*%");

        @Parameters(paramLabel = "PATH", description = "folder, array or list")
        private Path path;

        @Option(names = "--name", required = true, paramLabel = "NAME", description = "name of the data set")
        private String name;

        @Option(names = "--labels", paramLabel = "FILE", description = "labels, if they are not where PATH is")
        private @Nullable Path labels;

        @Option(
                names = "--split",
                paramLabel = "NAME=SHARE%",
                description = "deals this share of each class out to a split; may be repeated")
        private @Nullable Map<String, String> splits;

        @Option(
                names = "--class-offset",
                paramLabel = "N",
                defaultValue = "0",
                description = "added to every class number, for models that count from N")
        private int classOffset;

        @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "tag of the set; may be repeated")
        private @Nullable Map<String, String> tags;

        @Override
        int run(ApiClient api) {
            DataSetPacker.Order order = new DataSetPacker.Order(path, labels, shares(), classOffset);
            Path target = target();
            try {
                DataSetPacker.Packed packed = pack(order, target);
                String blob = new Uploader(api, surroundings(), progress()).upload(target);
                ObjectNode request = ApiClient.object().put("name", name).put("blob", blob);
                if (tags != null) {
                    request.set("tags", Documents.pairs(tags));
                }
                JsonNode result = new Jobs(api, progress()).await(api.post("datasets", request));
                report(result, packed.skipped());
                return ExitCodes.OK;
            } finally {
                delete(target);
            }
        }

        private Map<String, Double> shares() {
            Map<String, Double> shares = new LinkedHashMap<>();
            double sum = 0;
            Map<String, String> wished = splits == null ? Map.of() : splits;
            for (Map.Entry<String, String> split : wished.entrySet()) {
                Matcher share = SHARE.matcher(split.getValue().strip());
                double value = share.matches() ? Double.parseDouble(share.group(1)) / 100 : 0;
                sum += value;
                if (value <= 0 || sum > 1 + 1e-9) {
                    throw CliFailure.badInput(
                            "--split",
                            split.getKey() + "=" + split.getValue(),
                            "write shares such as calibration=20%, at most 100% together");
                }
                shares.put(split.getKey(), value);
            }
            return shares;
        }

        private Path target() {
            Path folder = surroundings().home().resolve(".cache/fleetfit/datasets");
            try {
                removeOld(Files.createDirectories(folder));
                return Files.createTempFile(folder, "set", ".zip");
            } catch (IOException e) {
                throw CliFailure.badInput("folder", folder.toString(), "cannot be written: " + e.getMessage());
            }
        }

        /** What a killed import left. */
        private void removeOld(Path folder) throws IOException {
            Instant limit = clock().instant().minus(KEPT);
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    if (Files.getLastModifiedTime(file).toInstant().isBefore(limit)) {
                        Files.deleteIfExists(file);
                    }
                }
            }
        }

        private DataSetPacker.Packed pack(DataSetPacker.Order order, Path target) {
            try (ProgressLine line = progress()) {
                return DataSetPacker.pack(
                        order, target, samples -> line.show("Packing", 0, Show.count((double) samples) + " samples"));
            } catch (BadDataSet e) {
                throw CliFailure.badInput("dataset", path.toString(), String.valueOf(e.getMessage()));
            } catch (IOException e) {
                throw CliFailure.badInput("dataset", path.toString(), "cannot be read or packed: " + e.getMessage());
            }
        }

        private void report(JsonNode result, long skipped) {
            if (!output().forPeople()) {
                output().print(result, out());
                return;
            }
            say("Imported " + name + ": " + Show.text(result, "samples") + " samples, " + Show.text(result, "labelled")
                    + " labelled, " + Show.text(result, "classes") + " classes");
            if (!result.path("splits").isEmpty()) {
                say("splits " + Show.pairs(result, "splits"));
            }
            if (result.path("duplicates").asLong() > 0) {
                say(Show.text(result, "duplicates") + " samples repeat the content of another");
            }
            if (skipped > 0) {
                say(skipped + " files are neither JPEG nor PNG and were left out");
            }
        }

        private static void delete(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                throw CliFailure.badInput("file", file.toString(), "cannot be removed: " + e.getMessage());
            }
        }
    }

    /** Lists data sets. */
    @Command(
            name = "list",
            description = "Lists all data sets.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit dataset list", "  fleetfit dataset list -o json"})
    static final class ListDataSets extends ApiCommand {
        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("datasets");
            Table table = new Table()
                    .column("NAME", it -> Show.text(it, "name"))
                    .column("CONTENT", it -> Show.text(it, "content"))
                    .column("TRUTH", it -> Show.text(it, "truth"))
                    .number("SAMPLES", it -> Show.text(it, "samples"))
                    .number("CLASSES", it -> Show.text(it, "classes"))
                    .column("SPLITS", it -> Show.pairs(it, "splits"))
                    .number("SIZE", it -> Show.bytes(it, "size"))
                    .wide("DIGEST", it -> Show.digest(it, "digest"))
                    .wide("TAGS", it -> Show.pairs(it, "tags"))
                    .number("AGE", it -> Show.age(it, "createdAt", clock()));
            output().print(answer, Show.list(answer, "datasets"), table, out());
            return ExitCodes.OK;
        }
    }

    /** Shows a data set. */
    @Command(
            name = "show",
            description = "Shows a data set with its classes.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit dataset show flowers", "  fleetfit dataset show flowers -o yaml"})
    static final class ShowDataSet extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "data set")
        private String name;

        @Override
        int run(ApiClient api) {
            JsonNode set = api.get("datasets/" + ApiClient.escape(name));
            if (output().forPeople()) {
                say(name + "  " + Show.text(set, "content") + "  " + Show.text(set, "samples") + " samples, "
                        + Show.text(set, "labelled") + " labelled, " + Show.text(set, "duplicates") + " repeated");
                say("file " + Show.digest(set, "digest") + "  " + Show.bytes(set, "size"));
                say("splits " + Show.pairs(set, "splits") + "  tags " + Show.pairs(set, "tags"));
            }
            Table table = new Table()
                    .number("CLASS", it -> Show.text(it, "number"))
                    .column("NAME", it -> Show.text(it, "name"))
                    .number(
                            set.path("truth").asText().equals("BOXES") ? "BOXES" : "SAMPLES",
                            it -> Show.text(it, "samples"));
            output().print(set, Show.list(set, "classes"), table, out());
            return ExitCodes.OK;
        }
    }

    /** Deletes a data set. */
    @Command(
            name = "delete",
            description = "Deletes a data set that nobody uses.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit dataset delete flowers"})
    static final class Delete extends ApiCommand {
        @Parameters(paramLabel = "NAME", description = "data set")
        private String name;

        @Override
        int run(ApiClient api) {
            api.delete("datasets/" + ApiClient.escape(name));
            say("Deleted the data set " + name);
            return ExitCodes.OK;
        }
    }
}
