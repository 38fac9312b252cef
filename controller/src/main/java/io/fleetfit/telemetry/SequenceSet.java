package io.fleetfit.telemetry;

import java.util.Map;
import java.util.NavigableMap;
import java.util.StringJoiner;
import java.util.TreeMap;

/**
 * A set of sequence numbers kept as ranges, written {@code 1-500,502}: devices number their batches without gaps, so that
 * a million of them are a few characters. For one thread.
 */
public final class SequenceSet {
    /** Last number of each range by its first; ranges neither overlap nor touch. */
    private final NavigableMap<Long, Long> ranges = new TreeMap<>();

    /** Reads the text form; throws {@link IllegalArgumentException} that names what is none. */
    public static SequenceSet parse(String text) {
        SequenceSet set = new SequenceSet();
        if (text.isEmpty()) {
            return set;
        }
        for (String range : text.split(",", -1)) {
            String[] ends = range.split("-", 2);
            try {
                set.ranges.put(Long.parseLong(ends[0]), Long.parseLong(ends[ends.length - 1]));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("'" + range + "' is no range of sequence numbers", e);
            }
        }
        return set;
    }

    /** Whether the number is in the set. */
    public boolean contains(long number) {
        Map.Entry<Long, Long> below = ranges.floorEntry(number);
        return below != null && number <= below.getValue();
    }

    /** Puts a number (0 or more) into the set. */
    public void add(long number) {
        if (contains(number)) {
            return;
        }
        Map.Entry<Long, Long> below = ranges.floorEntry(number);
        long first = below != null && below.getValue() == number - 1 ? below.getKey() : number;
        Long lastAbove = ranges.remove(number + 1);
        ranges.put(first, lastAbove == null ? number : lastAbove);
    }

    /** The text form. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(",");
        ranges.forEach((first, last) -> text.add(first.equals(last) ? first.toString() : first + "-" + last));
        return text.toString();
    }
}
