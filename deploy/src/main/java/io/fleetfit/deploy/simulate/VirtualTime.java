package io.fleetfit.deploy.simulate;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.PriorityQueue;

/** The one scheduler of a simulation: events in order of their time, those of one time in order of their making. */
final class VirtualTime extends Clock {
    /** Where every simulation begins. */
    static final Instant START = Instant.parse("2026-11-24T00:00:00Z");

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private long now;
    private long made;

    private record Event(long at, long number, Runnable work) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(number, other.number);
        }
    }

    /** Does the work after a delay in nanoseconds. */
    void after(long nanos, Runnable work) {
        events.add(new Event(now + Math.max(0, nanos), made++, work));
    }

    void after(Duration delay, Runnable work) {
        after(delay.toNanos(), work);
    }

    /** Goes to the next event and does it; false if there is none. */
    boolean next() {
        Event event = events.poll();
        if (event == null) {
            return false;
        }
        now = event.at();
        event.work().run();
        return true;
    }

    /** Nanoseconds since the start. */
    long nanos() {
        return now;
    }

    @Override
    public Instant instant() {
        return START.plusNanos(now);
    }

    @Override
    public ZoneId getZone() {
        return ZoneOffset.UTC;
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return this;
    }
}
