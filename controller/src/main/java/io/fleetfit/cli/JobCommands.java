package io.fleetfit.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code fleetfit job …}. */
@Command(
        name = "job",
        description = "Jobs: long work of the controller.",
        subcommands = {
            JobCommands.ListJobs.class,
            JobCommands.ShowJob.class,
            JobCommands.Watch.class,
            JobCommands.Cancel.class
        },
        footerHeading = "%nExamples:%n",
        footer = {"  fleetfit job list"})
final class JobCommands extends GroupCommand {

    private static String path(String id) {
        return "jobs/" + ApiClient.escape(id);
    }

    private static String percent(JsonNode job) {
        return Show.format("%.0f %%", job.path("progress").asDouble() * 100);
    }

    /** Lists jobs. */
    @Command(
            name = "list",
            description = "Lists the jobs that the controller remembers, newest first.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit job list", "  fleetfit job list -o wide"})
    static final class ListJobs extends ApiCommand {
        @Override
        int run(ApiClient api) {
            JsonNode answer = api.get("jobs");
            Table table = new Table()
                    .column("JOB", it -> Show.text(it, "id"))
                    .column("KIND", it -> Show.text(it, "kind"))
                    .column("STATE", it -> Show.text(it, "state"))
                    .number("DONE", JobCommands::percent)
                    .number("AGE", it -> Show.age(it, "createdAt", clock()))
                    .wide("MESSAGE", it -> Show.text(it, "message"));
            output().print(answer, Show.list(answer, "jobs"), table, out());
            return ExitCodes.OK;
        }
    }

    /** Shows a job. */
    @Command(
            name = "show",
            description = "Shows a job with its result as YAML.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit job show j-7f0c...", "  fleetfit job show j-7f0c... -o json"})
    static final class ShowJob extends ApiCommand {
        @Parameters(paramLabel = "JOB", description = "id of the job")
        private String id;

        @Override
        int run(ApiClient api) {
            JsonNode job = api.get(path(id));
            if (output().forPeople()) {
                output().printYaml(job, out());
            } else {
                output().print(job, out());
            }
            return ExitCodes.OK;
        }
    }

    /** Follows a job. */
    @Command(
            name = "watch",
            description = "Follows a job to its end; a job that fails or is cancelled ends with exit code 1.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit job watch j-7f0c..."})
    static final class Watch extends ApiCommand {
        @Parameters(paramLabel = "JOB", description = "id of the job")
        private String id;

        @Override
        int run(ApiClient api) {
            JsonNode result = new Jobs(api, progress()).await(ApiClient.object().put("job", id));
            if (output().forPeople()) {
                say("The job has succeeded");
                output().printYaml(result, out());
            } else {
                output().print(result, out());
            }
            return ExitCodes.OK;
        }
    }

    /** Cancels a job. */
    @Command(
            name = "cancel",
            description = "Cancels a job that waits or runs; what it made so far is given up.",
            footerHeading = "%nExamples:%n",
            footer = {"  fleetfit job cancel j-7f0c..."})
    static final class Cancel extends ApiCommand {
        @Parameters(paramLabel = "JOB", description = "id of the job")
        private String id;

        @Override
        int run(ApiClient api) {
            api.delete(path(id));
            say("Cancelled " + id);
            return ExitCodes.OK;
        }
    }
}
