package io.fleetfit.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.protocol.Protocol;
import java.util.Objects;
import picocli.CommandLine.Command;

/** {@code fleetfit version}. */
@Command(
        name = "version",
        description = "Shows the versions of this command and of the controller.",
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit version", "  fleetfit version -o json"})
final class VersionCommand extends ApiCommand {
    @Override
    int run(ApiClient api) {
        String own =
                Objects.requireNonNullElse(VersionCommand.class.getPackage().getImplementationVersion(), "development");
        if (output().forPeople()) {
            out().println("fleetfit    " + own + " (protocol " + Protocol.VERSION + ")");
            out().flush();
        }
        var controller = api.get("version");
        if (output().forPeople()) {
            out().println("controller  " + Show.text(controller, "version") + " at " + api.base());
            out().flush();
        } else {
            ObjectNode both = ApiClient.object().put("fleetfit", own).put("protocol", Protocol.VERSION);
            output().print(both.set("controller", controller), out());
        }
        return ExitCodes.OK;
    }
}
