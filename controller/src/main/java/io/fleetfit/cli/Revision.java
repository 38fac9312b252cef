package io.fleetfit.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A model and, perhaps, one of its versions or aliases, written {@code MODEL[@REVISION]}.
 *
 * @param model name of the model
 * @param revision version or alias; absent if only the model was named
 */
record Revision(String model, @Nullable String revision) {
    /** Reads the text form of {@code field}. */
    static Revision parse(String field, String text) {
        int at = text.indexOf('@');
        String model = at < 0 ? text : text.substring(0, at);
        String revision = at < 0 ? null : text.substring(at + 1);
        if (model.isEmpty() || (revision != null && revision.isEmpty())) {
            throw CliFailure.badInput(field, text, "write MODEL or MODEL@VERSION, for example classifier@1");
        }
        return new Revision(model, revision);
    }

    /** The same, with a version that must be there. */
    static Revision withVersion(String field, String text) {
        Revision parsed = parse(field, text);
        if (parsed.revision() == null) {
            throw CliFailure.badInput(
                    field, text, "the version is missing; write MODEL@VERSION, for example " + text + "@1");
        }
        return parsed;
    }

    /** Path of the model. */
    String modelPath() {
        return "models/" + ApiClient.escape(model);
    }

    /** Path of the version; an alias is looked up, and without a revision the newest version is taken. */
    String versionPath(ApiClient api) {
        return modelPath() + "/versions/" + ApiClient.escape(version(api));
    }

    private String version(ApiClient api) {
        if (revision != null) {
            return api.get(modelPath()).path("aliases").path(revision).asText(revision);
        }
        var versions = Show.list(api.get(modelPath() + "/versions"), "versions");
        if (versions.isEmpty()) {
            throw CliFailure.refused("the model '" + model + "' has no version yet; run: fleetfit model import");
        }
        return versions.get(0).path("version").asText();
    }

    /** The revision, or the newest version. */
    String revisionOrNewest(ApiClient api) {
        return revision != null ? revision : version(api);
    }

    /** Applies {@code key=value} (set) and {@code key-} (remove) to pairs; names the field in errors. */
    static Map<String, String> edit(String field, Map<String, String> before, List<String> edits) {
        Map<String, String> after = new LinkedHashMap<>(before);
        for (String edit : edits) {
            int equals = edit.indexOf('=');
            if (equals > 0) {
                after.put(edit.substring(0, equals), edit.substring(equals + 1));
            } else if (equals < 0 && edit.length() > 1 && edit.endsWith("-")) {
                after.remove(edit.substring(0, edit.length() - 1));
            } else {
                throw CliFailure.badInput(field, edit, "write KEY=VALUE to set, KEY- to remove");
            }
        }
        return after;
    }
}
