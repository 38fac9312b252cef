package io.fleetfit.rollout.plan;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * When devices may be asked, in the local time of each. A window whose end is not after its begin runs over midnight and
 * belongs to the day on which it begins.
 *
 * @param from begin, {@code HH:mm}
 * @param to end, {@code HH:mm}
 * @param days first three letters or whole names of the days of the week; absent or empty is every day
 * @param zone time zone of devices that do not say theirs; absent is UTC
 * @param zoneLabel label of a device that names its time zone; absent is {@code timezone}
 */
public record Window(
        String from,
        String to,
        @Nullable List<String> days,
        @Nullable String zone,
        @Nullable String zoneLabel) {
    private static final String DEFAULT_LABEL = "timezone";
    private static final int SHORT = 3;

    public Window {
        days = days == null ? null : List.copyOf(days);
    }

    /** Label of a device that names its time zone. */
    public String label() {
        return zoneLabel == null ? DEFAULT_LABEL : zoneLabel;
    }

    /** The zone to use for a device whose label says {@code said}: that, if it is a zone, else the window's own. */
    public String zoneOf(@Nullable String said) {
        if (said != null) {
            try {
                return ZoneId.of(said).getId();
            } catch (DateTimeException e) {
                // Not a zone: the window's own counts, and the preview shows it.
            }
        }
        return zone == null ? "UTC" : zone;
    }

    /** Whether it is open now in the time zone. */
    public boolean isOpen(String inZone, Instant now) {
        ZonedDateTime local = now.atZone(ZoneId.of(inZone));
        LocalTime begin = LocalTime.parse(from);
        LocalTime end = LocalTime.parse(to);
        LocalTime time = local.toLocalTime();
        if (begin.isBefore(end)) {
            return allows(local.getDayOfWeek()) && !time.isBefore(begin) && time.isBefore(end);
        }
        return !time.isBefore(begin)
                ? allows(local.getDayOfWeek())
                : time.isBefore(end) && allows(local.getDayOfWeek().minus(1));
    }

    private boolean allows(DayOfWeek day) {
        return days == null || days.isEmpty() || days.stream().anyMatch(name -> dayOf(name) == day);
    }

    /** The day of that name; throws {@link IllegalArgumentException} if there is none. */
    static DayOfWeek dayOf(String name) {
        String upper = name.trim().toUpperCase(Locale.ROOT);
        for (DayOfWeek day : DayOfWeek.values()) {
            if (upper.length() >= SHORT && day.name().startsWith(upper)) {
                return day;
            }
        }
        throw new IllegalArgumentException("'" + name + "' is no day of the week; write MON, TUE, …");
    }
}
