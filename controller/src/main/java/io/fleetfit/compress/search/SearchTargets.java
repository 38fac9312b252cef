package io.fleetfit.compress.search;

import io.fleetfit.compress.Target;
import io.fleetfit.registry.Invalid;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Finds the targets that users name: a profile, a part of its name that no other has ({@code orin-nano}, {@code pi4}), a class
 * of kernels ({@code arm}, {@code x86-vnni}, …), or {@code here} for the controller's own machine. Hyphens do not matter. A
 * part that several profiles have stands for the one that begins all their names, such as a board sold with much and little
 * memory.
 */
public final class SearchTargets {
    /** Names the controller's own machine. */
    public static final String HERE = "here";

    private final Map<String, Target> profiles;
    private final Target machine;

    /** @param profiles kernels by profile, and {@code machine} those of the controller's own machine */
    public SearchTargets(Map<String, Target> profiles, Target machine) {
        this.profiles = new TreeMap<>(profiles);
        this.machine = machine;
    }

    /**
     * The targets of these names.
     *
     * @throws Invalid that lists what there is
     */
    public List<SearchTarget> resolve(List<String> names) {
        if (names.isEmpty()) {
            throw new Invalid("no target is named", "targets", "", "use some of " + all());
        }
        Set<SearchTarget> targets = new LinkedHashSet<>();
        names.forEach(name -> targets.add(resolve(name.strip().toLowerCase(Locale.ROOT))));
        return List.copyOf(targets);
    }

    private SearchTarget resolve(String name) {
        if (name.equals(HERE)) {
            return target(HERE, machine);
        }
        Optional<Target> kernels = Target.of(name);
        if (kernels.isPresent()) {
            return target(name, kernels.get());
        }
        Target exact = profiles.get(name);
        if (exact != null) {
            return target(name, exact);
        }
        List<String> matches = profiles.keySet().stream()
                .filter(profile -> !name.isEmpty() && bare(profile).contains(bare(name)))
                .toList();
        Optional<String> root = matches.stream()
                .filter(each -> matches.stream().allMatch(other -> other.startsWith(each)))
                .findFirst();
        if (root.isEmpty()) {
            String what =
                    matches.isEmpty() ? "there is no target '" + name + "'" : "'" + name + "' may be several targets";
            throw new Invalid(what, "targets", name, "use some of " + (matches.isEmpty() ? all() : matches));
        }
        return target(root.get(), profiles.getOrDefault(root.get(), Target.ANY));
    }

    private SearchTarget target(String name, Target kernels) {
        return new SearchTarget(name, kernels, (kernels != Target.ANY && kernels == machine) || name.equals(HERE));
    }

    private static String bare(String name) {
        return name.replace("-", "");
    }

    private List<String> all() {
        List<String> all = new ArrayList<>(List.of(HERE));
        all.addAll(Target.texts());
        all.addAll(profiles.keySet());
        return all;
    }
}
