package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code fleetfit device …}. */
@Command(
        name = "device",
        description = "Devices of the fleet.",
        subcommands = {
            DeviceCommands.ListDevices.class,
            DeviceCommands.ShowDevice.class,
            DeviceCommands.Label.class,
            DeviceCommands.Token.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit device list --selector site=north"})
final class DeviceCommands extends GroupCommand {
    private static final int PAGE = 200;

    private static String online(JsonNode device) {
        return device.path("online").asBoolean() ? "online" : "offline";
    }

    private static String memory(JsonNode device) {
        return Show.memory(device, "capabilities/memoryBytes");
    }

    /** Lists devices. */
    @Command(
            name = "list",
            description = "Lists devices.",
            footerHeading = "%nExamples:%n",
            footer = {
                "  fleetfit device list",
                "  fleetfit device list --selector 'site in (north south),profile=jetson-nano'",
                "  fleetfit device list --limit 20 -o wide"
            })
    static final class ListDevices extends ApiCommand {
        @Option(
                names = "--selector",
                paramLabel = "TERMS",
                description = "key=value, key!=value, key in (a b), key; by commas")
        private @Nullable String selector;

        @Option(names = "--limit", paramLabel = "N", defaultValue = "1000", description = "most devices to list")
        private int limit;

        @Override
        int run(ApiClient api) {
            ArrayNode devices = ApiClient.object().arrayNode();
            String cursor = null;
            long total;
            do {
                JsonNode page = api.get(path(cursor, Math.min(PAGE, limit - devices.size())));
                page.path("devices").forEach(devices::add);
                total = page.path("total").asLong();
                cursor = page.path("next").asText("");
            } while (!cursor.isEmpty() && devices.size() < limit);
            JsonNode answer = ApiClient.object().put("total", total).set("devices", devices);
            output().print(answer, devices, table(), out());
            if (devices.size() < total) {
                say(devices.size() + " of " + total + "; see more with --limit, fewer with --selector");
            }
            return ExitCodes.OK;
        }

        private String path(@Nullable String cursor, int size) {
            return "devices?limit=" + Math.max(1, size)
                    + (selector == null ? "" : "&selector=" + ApiClient.escape(selector))
                    + (cursor == null ? "" : "&cursor=" + ApiClient.escape(cursor));
        }

        private Table table() {
            return new Table()
                    .column("DEVICE", it -> Show.text(it, "id"))
                    .column("STATE", DeviceCommands::online)
                    .column("PROFILE", it -> Show.text(it, "profile"))
                    .number("MEMORY", DeviceCommands::memory)
                    .number("QUOTA", it -> Show.bytes(it, "capabilities/storageBytes"))
                    .number("SEEN", it -> Show.age(it, "lastSeen", clock()))
                    .column("LABELS", it -> Show.pairs(it, "labels"))
                    .wide("ARCH", it -> Show.text(it, "capabilities/arch"))
                    .wide("PROVIDERS", it -> Show.pairs(it, "capabilities/executionProviders"))
                    .wide("METERED", it -> Show.text(it, "capabilities/meteredLink"))
                    .wide("EMULATED", it -> Show.text(it, "capabilities/emulated"))
                    .wide("AGENT", it -> Show.text(it, "agentVersion"));
        }
    }

    /** Shows a device. */
    @Command(
            name = "show",
            description = "Shows a device: what it is, what it shall run and what it runs.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit device show camera-7", "  fleetfit device show camera-7 -o yaml"})
    static final class ShowDevice extends ApiCommand {
        @Parameters(paramLabel = "DEVICE", description = "id of the device")
        private String id;

        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("devices/" + ApiClient.escape(id));
            if (!output().forPeople()) {
                output().print(answer, out());
                return ExitCodes.OK;
            }
            JsonNode device = answer.path("device");
            boolean metered = device.at("/capabilities/meteredLink").asBoolean();
            say(Show.text(device, "id") + "  " + online(device) + ", seen " + Show.age(device, "lastSeen", clock())
                    + " ago, agent " + Show.text(device, "agentVersion"));
            say("  profile   " + Show.text(device, "profile")
                    + (device.at("/capabilities/emulated").asBoolean() ? " (declared, emulated)" : ""));
            say("  board     " + Show.text(device, "capabilities/deviceTreeModel") + ", "
                    + Show.text(device, "capabilities/arch") + ", " + Show.text(device, "capabilities/cores")
                    + " cores, " + memory(device));
            say("  runtime   ONNX Runtime " + Show.text(device, "capabilities/runtimeVersion") + ", opset "
                    + Show.text(device, "capabilities/maxOpset") + ", "
                    + Show.pairs(device, "capabilities/executionProviders"));
            say("  storage   " + Show.bytes(device, "capabilities/storageBytes") + " for models, "
                    + Show.bytes(device, "capabilities/storageFreeBytes") + " free"
                    + (metered ? ", metered link" : ""));
            say("  labels    " + Show.pairs(device, "labels"));
            say("");
            twin(answer.path("twin"));
            return ExitCodes.OK;
        }

        private void twin(JsonNode twin) {
            Map<String, JsonNode> reported = new java.util.TreeMap<>();
            twin.path("reported")
                    .path("slots")
                    .forEach(it -> reported.put(it.path("slot").asText(), it));
            Map<String, JsonNode> slots = new java.util.TreeMap<>(reported);
            Map<String, JsonNode> targets = new java.util.TreeMap<>();
            twin.path("targets").forEach(it -> targets.put(it.path("slot").asText(), it));
            slots.putAll(targets);
            ArrayNode rows = ApiClient.object().arrayNode();
            for (String slot : slots.keySet()) {
                ObjectNode row = rows.addObject().put("slot", slot);
                row.set("target", targets.getOrDefault(slot, ApiClient.object()));
                row.set("reported", reported.getOrDefault(slot, ApiClient.object()));
            }
            Table table = new Table()
                    .column("SLOT", it -> Show.text(it, "slot"))
                    .column("SHALL RUN", it -> Show.afterModel(Show.text(it, "target/variant")))
                    .column("STATE", it -> Show.text(it, "reported/state"))
                    .column("ERROR", it -> Show.text(it, "reported/error/code"))
                    .column("RUNS", it -> Show.afterModel(Show.text(it, "reported/active")))
                    .wide("DEPLOYMENT", it -> Show.text(it, "target/deployment"));
            output().print(twin, rows, table, out());
        }
    }

    /** Labels a device. */
    @Command(
            name = "label",
            description = "Sets and removes labels of a device.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit device label camera-7 site=north ring=early", "  fleetfit device label camera-7 ring-"
            })
    static final class Label extends ApiCommand {
        @Parameters(index = "0", paramLabel = "DEVICE", description = "id of the device")
        private String id;

        @Parameters(
                index = "1..*",
                arity = "1..*",
                paramLabel = "KEY=VALUE|KEY-",
                description = "labels to set or remove")
        private List<String> edits = new ArrayList<>();

        @Override
        int run(ApiClient api) {
            String path = "devices/" + ApiClient.escape(id);
            Map<String, String> labels =
                    Documents.pairs(api.get(path).path("device").path("labels"));
            ObjectNode after = Documents.pairs(Revision.edit("label", labels, edits));
            api.put(path + "/labels", ApiClient.object().set("labels", after));
            say(id + "  labels " + Show.pairs(after));
            return ExitCodes.OK;
        }
    }

    /** Makes an enrolment token. */
    @Command(
            name = "token",
            description = "Makes a token with which new devices enrol; it is shown once.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit device token", "  fleetfit device token --uses 50 --expires 7d --label site=north"})
    static final class Token extends ApiCommand {
        @Option(names = "--label", paramLabel = "KEY=VALUE", description = "label of the devices; may be repeated")
        private @Nullable Map<String, String> labels;

        @Option(names = "--uses", paramLabel = "N", defaultValue = "1", description = "how many devices may use it")
        private int uses;

        @Option(
                names = "--expires",
                paramLabel = "TIME",
                defaultValue = "1d",
                converter = TimeSpan.class,
                description = "how long it holds: 30m, 12h, 7d")
        private java.time.Duration expires;

        @Override
        int run(ApiClient api) {
            ObjectNode request = ApiClient.object().put("uses", uses).put("expiresInSeconds", expires.toSeconds());
            if (labels != null) {
                request.set("labels", Documents.pairs(labels));
            }
            JsonNode answer = api.post("enrolment-tokens", request);
            if (output().forPeople()) {
                say(Show.text(answer, "token"));
            } else {
                output().print(answer, out());
            }
            return ExitCodes.OK;
        }
    }
}
