package io.fleetfit.agent.connect;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Payloads that were read but not yet handed on, each under a ticket. Bounded in bytes: a reader that runs ahead waits, so
 * that the socket holds the sender back and the heap stays small. Thread-safe.
 */
final class PayloadStash {
    private final long maxBytes;
    private final Map<Integer, byte[]> payloads = new HashMap<>();
    private long bytes;
    private int nextTicket;
    private boolean closed;

    PayloadStash(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Keeps a payload; waits while others take the room, unless there is no other. */
    synchronized int put(byte[] payload) throws IOException {
        try {
            while (!closed && bytes > 0 && bytes + payload.length > maxBytes) {
                wait();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while a payload waited", e);
        }
        if (closed) {
            throw new IOException("the connection was closed");
        }
        payloads.put(nextTicket, payload);
        bytes += payload.length;
        return nextTicket++;
    }

    /** Takes a payload out; null if there is none under this ticket. */
    synchronized byte @Nullable [] take(int ticket) {
        byte[] payload = payloads.remove(ticket);
        if (payload != null) {
            bytes -= payload.length;
            notifyAll();
        }
        return payload;
    }

    /** Ends all waiting; what is here can still be taken. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
