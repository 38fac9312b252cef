package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit variant import-family}. */
@Command(
        name = "import-family",
        description = {
            "Adds many ONNX files as variants of a version: distilled students, other",
            "architectures, members of an architecture-search family. Each must have the",
            "inputs and outputs of the model; one of another input size fits only a model",
            "whose contract leaves that size open. Files that are variants already are",
            "skipped, so that an interrupted import can be given again."
        },
        footerHeading = "%nTags come from names (net_w0.5_d1_r160.onnx: width, depth, resolution), or from a%n",
        footer = {
            "manifest: CSV (file,name,width,depth,...) or a YAML list of such objects.",
            "",
            "Examples:",
            "  fleetfit variant import-family classifier@1 net_w0.5.onnx net_w0.75.onnx \\",
            "      --parent fp32 --data photos:validation",
            "  fleetfit variant import-family classifier@1 --manifest family.csv \\",
            "      --tag family=ofa"
        })
final class FamilyCommand extends ApiCommand {
    @Parameters(index = "0", paramLabel = "MODEL@VERSION", description = "version")
    private String version;

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "FILE", description = "ONNX files")
    private List<Path> files = new ArrayList<>();

    @Option(names = "--manifest", paramLabel = "FILE", description = "CSV or YAML that lists files, names and tags")
    private @Nullable Path manifest;

    @Option(names = "--parent", paramLabel = "VARIANT", description = "the teacher; else the version's own file")
    private @Nullable String parent;

    @Option(names = "--precision", paramLabel = "WHAT", description = "fp32 by default")
    private @Nullable String precision;

    @Option(names = "--tag", paramLabel = "KEY=VALUE", description = "tag of all; may be repeated")
    private @Nullable Map<String, String> tags;

    @Option(names = "--data", paramLabel = "SET[:SPLIT]", description = "compare each with its parent on this data set")
    private @Nullable String data;

    @Override
    int run(ApiClient api) {
        String path = Revision.withVersion("MODEL@VERSION", version).versionPath(api);
        List<Family.Member> members = members();
        Set<String> known = new HashSet<>();
        Show.list(api.get(path + "/variants"), "variants").forEach(it -> known.add(Show.text(it, "name")));
        ArrayNode rows = ApiClient.object().arrayNode();
        boolean allWell = true;
        for (Family.Member member : members) {
            ObjectNode row = ApiClient.object().put("name", member.name()).put("tags", tagText(member));
            if (known.contains(member.name())) {
                row.put("state", "there already");
            } else {
                allWell &= add(api, path, member, row);
            }
            rows.add(row);
        }
        JsonNode answer = ApiClient.object().set("variants", rows);
        Table table = new Table()
                .column("VARIANT", it -> Show.text(it, "name"))
                .column("TAGS", it -> Show.text(it, "tags"))
                .number("AGREE", it -> Show.number(it, "agreement", "%.4f"))
                .number("QUALITY", it -> Show.number(it, "quality", "%.4f"))
                .number("LATENCY", it -> Show.number(it, "latency", "%.2f"))
                .column("STATE", it -> Show.text(it, "state"));
        output().print(answer, Show.list(answer, "variants"), table, out());
        return allWell ? ExitCodes.OK : ExitCodes.REFUSED;
    }

    /** Checked as a whole before anything is uploaded. */
    private List<Family.Member> members() {
        List<Family.Member> members = new ArrayList<>(Family.ofFiles(files));
        if (manifest != null) {
            members.addAll(Family.ofManifest(manifest));
        }
        if (members.isEmpty()) {
            throw CliFailure.badInput("FILE", "", "name ONNX files or a --manifest");
        }
        Set<String> names = new HashSet<>();
        for (Family.Member member : members) {
            if (!Files.isRegularFile(member.file())) {
                throw CliFailure.badInput("FILE", member.file().toString(), "is no file; name an ONNX file");
            }
            if (!names.add(member.name())) {
                throw CliFailure.badInput(
                        "FILE",
                        member.file().toString(),
                        "two files would be the variant '" + member.name() + "'; name them in a manifest");
            }
        }
        return members;
    }

    private Map<String, String> allTags(Family.Member member) {
        Map<String, String> all = new TreeMap<>(tags == null ? Map.of() : tags);
        all.putAll(member.tags());
        return all;
    }

    private String tagText(Family.Member member) {
        return Show.pairs(Documents.pairs(allTags(member)));
    }

    /** One file; a refusal is told in its row and the others go on. */
    private boolean add(ApiClient api, String path, Family.Member member, ObjectNode row) {
        ObjectNode request = ApiClient.object()
                .put("name", member.name())
                .put("precision", precision == null ? "fp32" : precision)
                .set("tags", Documents.pairs(allTags(member)));
        if (parent != null) {
            request.put("parent", parent);
        }
        if (data != null) {
            request.put("data", data);
        }
        try {
            String blob = new Uploader(api, surroundings(), progress()).upload(member.file());
            JsonNode result = new Jobs(api, progress()).await(api.post(path + "/variants", request.put("blob", blob)));
            row.put("state", "added");
            copy(result, "/evaluation/agreement/value", row, "agreement");
            copy(result, "/evaluation/quality/value", row, "quality");
            copy(result, "/evaluation/latency/ratio", row, "latency");
            return true;
        } catch (CliFailure e) {
            if (e.exitCode() != ExitCodes.REFUSED) {
                throw e;
            }
            row.put("state", "refused");
            err().println("fleetfit: " + member.file() + ": " + e.getMessage());
            err().flush();
            return false;
        }
    }

    private static void copy(JsonNode from, String pointer, ObjectNode to, String field) {
        if (from.at(pointer).isNumber()) {
            to.put(field, from.at(pointer).asDouble());
        }
    }
}
