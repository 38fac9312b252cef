package io.fleetfit.profiles;

import io.fleetfit.protocol.Capabilities;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Finds the profile of a device from what it reports.
 *
 * <p>The board's own name (device-tree model) decides; where it says nothing, the CPU (implementer, part, number of
 * cores) does. Boards sold with several memory sizes are told apart by the smallest size that holds the reported
 * memory. A device that no profile describes gets an ad-hoc one: the generic profile of its instruction set with its
 * own cores, memory and features.
 */
public final class ProfileMatcher {
    private final List<Profile> candidates;
    private final Profiles profiles;

    /** How sure a match is. */
    public enum Certainty {
        /** The board named itself. */
        BOARD,
        /** The CPU is that of the profile. */
        CPU,
        /** Made up from the generic profile. */
        AD_HOC
    }

    /**
     * A match.
     *
     * @param profile the profile, a bundled, own or ad-hoc one
     * @param certainty how sure
     * @param reason why, for people
     */
    public record Match(Profile profile, Certainty certainty, String reason) {}

    /** A matcher over these profiles. */
    public ProfileMatcher(Profiles profiles) {
        this.profiles = profiles;
        this.candidates =
                profiles.all().stream().filter(profile -> !profile.isAbstract()).toList();
    }

    /** The profile of a device. */
    public Match match(Capabilities device) {
        String board = device.deviceTreeModel();
        if (board != null) {
            Optional<Profile> named = bestFor(device, profile -> namesBoard(profile, board));
            if (named.isPresent()) {
                return new Match(named.get(), Certainty.BOARD, "the board calls itself '" + board + "'");
            }
        }
        Optional<Profile> byCpu = bestFor(device, profile -> hasCpu(profile, device));
        if (byCpu.isPresent()) {
            String reason = "CPU implementer " + device.cpuImplementer() + " part " + device.cpuPart() + " with "
                    + device.cores() + " cores";
            return new Match(byCpu.get(), Certainty.CPU, reason);
        }
        Profile adHoc = adHoc(device);
        return new Match(adHoc, Certainty.AD_HOC, "no profile names this board or CPU; based on " + adHoc.parent());
    }

    private Optional<Profile> bestFor(Capabilities device, java.util.function.Predicate<Profile> rule) {
        List<Profile> matching = candidates.stream().filter(rule).toList();
        int longest = matching.stream().mapToInt(this::boardNameLength).max().orElse(0);
        return matching.stream()
                .filter(profile -> boardNameLength(profile) == longest)
                .min(Comparator.comparingDouble((Profile profile) -> memoryDistance(profile, device))
                        .thenComparing(Profile::name));
    }

    /** A kernel reports less than the board has, so the smallest size above wins; a size too small is far away. */
    private static double memoryDistance(Profile profile, Capabilities device) {
        long size = profile.memoryBytes() == null ? 0 : profile.memoryBytes().value();
        double ratio = (double) size / Math.max(1, device.memoryBytes());
        return ratio >= 1 ? ratio : 1_000 / Math.max(ratio, 1e-9);
    }

    private boolean namesBoard(Profile profile, String board) {
        Profile.Match rule = rule(profile);
        if (rule == null) {
            return false;
        }
        boolean byName = rule.deviceTree() != null && board.startsWith(rule.deviceTree());
        return byName || (rule.phoneClass() != null && board.equals("phone-" + rule.phoneClass()));
    }

    private boolean hasCpu(Profile profile, Capabilities device) {
        Profile.Match rule = rule(profile);
        return rule != null
                && rule.cpuPart() != null
                && rule.cpuPart().equals(device.cpuPart())
                && (rule.cpuImplementer() == null || rule.cpuImplementer().equals(device.cpuImplementer()))
                && profile.cores().value() == device.cores()
                && device.accelerators().containsAll(profile.accelerators().value());
    }

    private int boardNameLength(Profile profile) {
        Profile.Match rule = rule(profile);
        return rule == null || rule.deviceTree() == null ? 0 : rule.deviceTree().length();
    }

    /** The profile's own rule, or the one of its nearest abstract parent. */
    private Profile.@Nullable Match rule(Profile profile) {
        if (profile.match() != null || profile.parent() == null) {
            return profile.match();
        }
        return profiles.find(profile.parent())
                .filter(Profile::isAbstract)
                .map(this::rule)
                .orElse(null);
    }

    private Profile adHoc(Capabilities device) {
        String base = device.arch().equals("x86_64") ? "generic-x86-64" : "generic-aarch64";
        Profile generic = profiles.find(base)
                .orElseThrow(() -> new IllegalStateException("the bundled profile " + base + " is missing"));
        String source = "reported by the device";
        List<String> features = new ArrayList<>(device.isaFeatures());
        features.sort(Comparator.naturalOrder());
        double scale = Math.max(0.25, (double) device.cores() / generic.cores().value());
        return new Profile(
                adHocName(device),
                "Unknown " + device.arch() + " device, " + device.cores() + " cores",
                base,
                false,
                null,
                generic.soc(),
                new Figure<>(device.arch(), source),
                new Figure<>(device.cores(), source),
                generic.clockGhz(),
                new Figure<>(features, source),
                new Figure<>(device.memoryBytes(), source),
                generic.reservedMemoryBytes(),
                generic.storage(),
                new Figure<>(device.accelerators(), source),
                new Figure<>(device.executionProviders(), source),
                generic.powerWatts(),
                scaled(generic.rates(), Math.min(scale, 1)));
    }

    /** Fewer cores than the generic profile make everything slower; more cores promise nothing. */
    private static CostRates scaled(CostRates rates, double factor) {
        java.util.Map<String, Double> slower = new java.util.HashMap<>(rates.gmacsPerSecond());
        slower.replaceAll((operator, rate) -> rate * factor);
        return new CostRates(
                rates.source(),
                slower,
                rates.int8Speedup(),
                rates.memoryGigabytesPerSecond() * factor,
                rates.layerMicros(),
                rates.relativeUncertainty());
    }

    /** Equal hardware gets an equal name, so that measurements of one help the other. */
    private static String adHocName(Capabilities device) {
        String cpu = device.cpuPart() == null ? "" : "-" + device.cpuPart();
        long gigabytes = Math.max(1, Math.round(Math.ceil(device.memoryBytes() / (double) (1L << 30))));
        return "adhoc-" + device.arch().replace('_', '-') + cpu + "-" + device.cores() + "c-" + gigabytes + "g";
    }
}
