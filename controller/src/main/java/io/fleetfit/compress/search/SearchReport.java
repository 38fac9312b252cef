package io.fleetfit.compress.search;

import io.fleetfit.compress.Finding;
import io.fleetfit.compress.Recipe;
import io.fleetfit.compress.evaluate.Evaluation;
import io.fleetfit.onnx.GraphSummary;
import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ExecutionSettings;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a search found.
 *
 * @param targets what it looked for
 * @param maxDrop the quality gate's bound, as a share
 * @param maxSlowdown the latency bound where latency measured here counts
 * @param calibration data set; absent if none was named
 * @param validation data set
 * @param members the front's members of all targets, in the order of the recipes
 * @param fronts names of the members by target
 * @param dropped every other candidate
 * @param stopped why the search ended before all was tried; absent if all was
 * @param seconds how long it took
 */
public record SearchReport(
        List<SearchTarget> targets,
        double maxDrop,
        double maxSlowdown,
        @Nullable DataChoice calibration,
        @Nullable DataChoice validation,
        List<Member> members,
        Map<String, List<String>> fronts,
        List<Dropped> dropped,
        @Nullable String stopped,
        double seconds) {
    public SearchReport {
        targets = List.copyOf(targets);
        members = List.copyOf(members);
        fronts = Map.copyOf(fronts);
        dropped = List.copyOf(dropped);
    }

    /**
     * A member of the front of one target or more.
     *
     * @param name of the candidate; that of the variant unless the name was taken
     * @param recipe that made it, with all settings
     * @param blob its file
     * @param size of the file in bytes
     * @param passes texts of the passes that ran
     * @param settings how it must be run
     * @param summary static analysis
     * @param calibration digest of the calibration samples; absent if none were used
     * @param findings what passes left as it was
     * @param evaluation beside the parent
     * @param gate what the quality gate said, for people
     * @param targets on whose fronts it is
     */
    public record Member(
            String name,
            Recipe recipe,
            Digest blob,
            long size,
            List<String> passes,
            ExecutionSettings settings,
            GraphSummary summary,
            @Nullable Digest calibration,
            List<Finding> findings,
            Evaluation evaluation,
            String gate,
            List<String> targets) {}

    /**
     * A candidate that is on no front, or not on that of a target.
     *
     * @param name of the candidate
     * @param target whose front it is not on; absent if it is on none
     * @param reason in words with numbers
     * @param size of its file in bytes; absent if it was not made
     * @param evaluation as far as it came; absent if it did not
     */
    public record Dropped(
            String name,
            @Nullable String target,
            String reason,
            @Nullable Long size,
            @Nullable Evaluation evaluation) {}
}
