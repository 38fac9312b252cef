package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.fleetfit.cli.page.FrontPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleetfit variant compare}. */
@Command(
        name = "compare",
        description = {
            "Compares the variants of a version: size, multiply-accumulates, peak memory,",
            "quality with its interval, agreement with the parent, latency; the front of",
            "each target, and what the search dropped why. -o html writes a page with plots."
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  fleetfit variant compare classifier@1",
            "  fleetfit variant compare classifier@production -o html > front.html"
        })
final class CompareCommand extends ApiCommand {
    @Parameters(paramLabel = "MODEL[@VERSION]", description = "version or alias; else the newest version")
    private String version;

    @Override
    boolean hasPage() {
        return true;
    }

    @Override
    int run(ApiClient api) {
        JsonNode comparison = api.get(Revision.parse("MODEL", version).versionPath(api) + "/comparison");
        if (output().isPage()) {
            out().print(FrontPage.of(comparison));
            out().flush();
        } else if (output().forPeople()) {
            ComparisonText.print(comparison, output(), out());
        } else {
            output().print(comparison, out());
        }
        return ExitCodes.OK;
    }
}
