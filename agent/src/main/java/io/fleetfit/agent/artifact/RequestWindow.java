package io.fleetfit.agent.artifact;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The chunks that were asked for and are not here yet. Requests are answered in their order, so a chunk that is missing
 * when one from the second request after its own has arrived was lost. Not thread-safe.
 */
final class RequestWindow {
    /** Answers of how many later requests must have begun before a chunk counts as lost. */
    private static final int LOST_AFTER_REQUESTS = 2;

    private final Map<Integer, Integer> requestOf = new TreeMap<>();
    private int requests;
    private int newestAnswered;
    private int cursor;

    /** The next chunks to ask for, at most {@code most}; marks them as asked for. */
    List<Integer> next(PartialBlob blob, int most, int total) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = blob.nextMissing(cursor); i < total && numbers.size() < most; i = blob.nextMissing(i + 1)) {
            numbers.add(i);
            cursor = i + 1;
        }
        ask(numbers);
        return numbers;
    }

    /** Marks all as asked for with one new request. */
    void ask(List<Integer> numbers) {
        if (!numbers.isEmpty()) {
            requests++;
            numbers.forEach(number -> requestOf.put(number, requests));
        }
    }

    /** Notes that a chunk has come. */
    void arrived(int number) {
        Integer request = requestOf.remove(number);
        if (request != null) {
            newestAnswered = Math.max(newestAnswered, request);
        }
    }

    /** Takes out and gives the chunks that were lost. */
    List<Integer> takeLost() {
        List<Integer> lost = new ArrayList<>();
        Iterator<Map.Entry<Integer, Integer>> entries = requestOf.entrySet().iterator();
        while (entries.hasNext()) {
            Map.Entry<Integer, Integer> entry = entries.next();
            if (entry.getValue() + LOST_AFTER_REQUESTS <= newestAnswered) {
                lost.add(entry.getKey());
                entries.remove();
            }
        }
        return lost;
    }

    /** Everything outstanding. */
    List<Integer> outstanding() {
        return List.copyOf(requestOf.keySet());
    }

    int size() {
        return requestOf.size();
    }
}
