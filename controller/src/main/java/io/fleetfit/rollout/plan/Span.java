package io.fleetfit.rollout.plan;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A length of time as people write it: {@code 30s}, {@code 15m}, {@code 12h}, {@code 7d}.
 *
 * @param duration 0 or more, whole seconds
 */
public record Span(Duration duration) {
    private static final Pattern FORM = Pattern.compile("(\\d{1,9})([smhd])");
    private static final long MINUTE = 60;
    private static final long HOUR = 3_600;
    private static final long DAY = 86_400;

    /** Reads the text form; throws {@link IllegalArgumentException} that names the value and the forms allowed. */
    @JsonCreator
    public static Span parse(String text) {
        Matcher form = FORM.matcher(text.trim());
        if (!form.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no time; write for example 30s, 15m, 12h or 7d");
        }
        long unit =
                switch (form.group(2)) {
                    case "s" -> 1;
                    case "m" -> MINUTE;
                    case "h" -> HOUR;
                    default -> DAY;
                };
        return new Span(Duration.ofSeconds(Math.multiplyExact(Long.parseLong(form.group(1)), unit)));
    }

    /** A span of so many seconds. */
    public static Span seconds(long seconds) {
        return new Span(Duration.ofSeconds(seconds));
    }

    /** A span of so many minutes. */
    public static Span minutes(long minutes) {
        return new Span(Duration.ofMinutes(minutes));
    }

    @Override
    @JsonValue
    public String toString() {
        long seconds = duration.toSeconds();
        if (seconds > 0 && seconds % DAY == 0) {
            return seconds / DAY + "d";
        }
        if (seconds > 0 && seconds % HOUR == 0) {
            return seconds / HOUR + "h";
        }
        return seconds > 0 && seconds % MINUTE == 0 ? seconds / MINUTE + "m" : seconds + "s";
    }
}
