package io.fleetfit.agent.telemetry;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * The control group of this process, version 2 or 1 (cgroups(7)): what memory is left in it and how much of the CPUs it
 * gets. Absent where there is no group or it bounds nothing.
 */
public final class ControlGroup {
    private static final String GROUPS = "sys/fs/cgroup";

    private final Path root;

    /** @param root of the file system, {@code /} but in tests */
    public ControlGroup(Path root) {
        this.root = root;
    }

    /** Bytes that may still be taken; memory of files that can be dropped counts as free. */
    public OptionalLong memoryLeft() {
        OptionalLong newer = left(folders(""), "memory.max", "memory.current", "file ");
        return newer.isPresent()
                ? newer
                : left(folders("memory"), "memory.limit_in_bytes", "memory.usage_in_bytes", "total_cache ");
    }

    private OptionalLong left(List<Path> folders, String limit, String usage, String cache) {
        return folders.stream()
                .flatMapToLong(folder -> {
                    OptionalLong most = number(folder.resolve(limit));
                    OptionalLong used = number(folder.resolve(usage));
                    if (most.isEmpty() || used.isEmpty()) {
                        return java.util.stream.LongStream.empty();
                    }
                    long files = lines(folder.resolve("memory.stat"))
                            .filter(line -> line.startsWith(cache))
                            .mapToLong(line -> Long.parseLong(line.substring(cache.length())))
                            .findFirst()
                            .orElse(0);
                    return java.util.stream.LongStream.of(Math.max(0, most.getAsLong() - used.getAsLong() + files));
                })
                .min();
    }

    /** CPUs that the quota of the group stands for, as 0.5 for half of one. */
    public OptionalDouble cpus() {
        for (Path folder : folders("")) {
            Optional<String[]> words = lines(folder.resolve("cpu.max"))
                    .findFirst()
                    .map(line -> line.split(" "))
                    .filter(pair -> pair.length == 2 && pair[0].matches("\\d{1,18}"));
            if (words.isPresent()) {
                return OptionalDouble.of(Double.parseDouble(words.get()[0]) / Double.parseDouble(words.get()[1]));
            }
        }
        for (Path folder : folders("cpu")) {
            OptionalLong quota = number(folder.resolve("cpu.cfs_quota_us"));
            OptionalLong period = number(folder.resolve("cpu.cfs_period_us"));
            if (quota.isPresent() && period.isPresent()) {
                return OptionalDouble.of((double) quota.getAsLong() / period.getAsLong());
            }
        }
        return OptionalDouble.empty();
    }

    /** The folder of the group below the mount, and the mount itself, which is the group inside a container. */
    private List<Path> folders(String controller) {
        Path mount = root.resolve(GROUPS).resolve(controller);
        return Stream.concat(
                        lines(root.resolve("proc/self/cgroup"))
                                .map(line -> line.split(":", 3))
                                .filter(parts -> parts.length == 3
                                        && List.of(parts[1].split(",")).contains(controller))
                                .map(parts -> mount.resolve(parts[2].replaceFirst("^/", ""))),
                        Stream.of(mount))
                .filter(Files::isDirectory)
                .toList();
    }

    private static OptionalLong number(Path file) {
        return lines(file)
                .filter(line -> line.matches("\\d{1,18}"))
                .mapToLong(Long::parseLong)
                .findFirst();
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.isReadable(file) ? Files.readAllLines(file).stream() : Stream.empty();
        } catch (IOException e) {
            return Stream.empty();
        }
    }
}
