package io.fleetfit.agent.connect;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One batch in the spool's folder; its name says which sequences it holds and whether it was ever sent.
 *
 * @param first oldest sequence in it
 * @param last newest sequence in it, which is the batch's own
 * @param sent whether it may have reached the controller; then it must not change any more
 * @param bytes length of the file
 */
record SpoolFile(long first, long last, boolean sent, long bytes) {
    private static final Pattern NAME = Pattern.compile("(\\d{1,18})-(\\d{1,18})(\\.sent)?\\.json");

    static Optional<SpoolFile> of(Path file, long bytes) {
        Matcher matcher = NAME.matcher(file.getFileName().toString());
        return matcher.matches()
                ? Optional.of(new SpoolFile(
                        Long.parseLong(matcher.group(1)),
                        Long.parseLong(matcher.group(2)),
                        matcher.group(3) != null,
                        bytes))
                : Optional.empty();
    }

    Path in(Path folder) {
        return folder.resolve(String.format(Locale.ROOT, "%016d-%016d%s.json", first, last, sent ? ".sent" : ""));
    }

    boolean contains(SpoolFile other) {
        return other.last() != last && first <= other.first() && other.last() <= last;
    }

    SpoolFile asSent() {
        return new SpoolFile(first, last, true, bytes);
    }

    /** How many batches were merged into it. */
    long span() {
        return last - first;
    }
}
