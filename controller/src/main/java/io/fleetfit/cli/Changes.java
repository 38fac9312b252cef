package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/** Fields that differ, as a table. */
final class Changes {
    private Changes() {}

    static void print(ApiCommand command, JsonNode answer, String before, String after) {
        List<JsonNode> changes = Show.list(answer, "changes");
        if (command.output().forPeople() && changes.isEmpty()) {
            command.say("no difference");
            return;
        }
        Table table = new Table()
                .column("FIELD", it -> Show.text(it, "field"))
                .column(before, it -> value(it.path("before")))
                .column(after, it -> value(it.path("after")));
        command.output().print(answer, changes, table, command.out());
    }

    private static String value(JsonNode value) {
        return value.isNull() || value.isMissingNode()
                ? Show.ABSENT
                : value.isValueNode() ? value.asText() : value.toString();
    }
}
