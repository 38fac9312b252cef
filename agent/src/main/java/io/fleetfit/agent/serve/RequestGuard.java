package io.fleetfit.agent.serve;

import com.sun.net.httpserver.HttpExchange;
import io.fleetfit.agent.runtime.InferenceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What a request must keep to. The bodies of all requests at work together take a quarter of the heap at most; others
 * wait. The name in the {@code Host} header must be an address, {@code localhost} or the configured name: a web page whose
 * own name an attacker points at this device (DNS rebinding) gets nothing.
 */
final class RequestGuard {
    private static final Pattern ADDRESS = Pattern.compile("(?:\\[[0-9a-f:.%]+]|\\d{1,3}(?:\\.\\d{1,3}){3})(?::\\d+)?");
    private static final int MOST_BODY_BYTES = 32 << 20;
    private static final long WAIT_SECONDS = 10;

    private final String host;
    private final int maxBodyBytes;
    private final Semaphore bytes;

    /**
     * A guard.
     *
     * @param host name or address that the API listens on
     * @param heapBytes largest size of the heap
     */
    RequestGuard(String host, long heapBytes) {
        this.host = host.toLowerCase(Locale.ROOT);
        this.maxBodyBytes = (int) Math.min(MOST_BODY_BYTES, heapBytes / 4);
        this.bytes = new Semaphore(maxBodyBytes, true);
    }

    /** Whether a request with this {@code Host} header is meant for this device. */
    boolean isForThisDevice(@Nullable String header) {
        if (header == null) {
            return false;
        }
        String name = header.toLowerCase(Locale.ROOT);
        String bare = name.replaceFirst(":\\d+$", "");
        return ADDRESS.matcher(name).matches() || bare.equals("localhost") || bare.equals(host);
    }

    /** Something done with a body. */
    interface Use<T> {
        T with(byte[] body) throws IOException, InferenceException;
    }

    /** Reads the body, within the limits, and uses it. */
    <T> T body(HttpExchange exchange, Use<T> use) throws IOException, InferenceException {
        int length = announced(exchange);
        int reserved = length < 0 ? maxBodyBytes : length;
        try {
            if (!bytes.tryAcquire(reserved, WAIT_SECONDS, TimeUnit.SECONDS)) {
                throw InferenceException.busy("the device is busy with other requests; try again");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw InferenceException.busy("the agent is stopping");
        }
        try (InputStream in = exchange.getRequestBody()) {
            return use.with(read(in, length));
        } finally {
            bytes.release(reserved);
        }
    }

    private byte[] read(InputStream in, int length) throws IOException, InferenceException {
        if (length >= 0) {
            byte[] body = new byte[length];
            int got = in.readNBytes(body, 0, length);
            return got == length ? body : Arrays.copyOf(body, got);
        }
        byte[] body = in.readNBytes(maxBodyBytes / 2 + 1); // put together from pieces, which takes twice as much
        if (body.length > maxBodyBytes / 2) {
            throw tooLong("more than " + maxBodyBytes / 2, maxBodyBytes / 2);
        }
        return body;
    }

    private int announced(HttpExchange exchange) throws InferenceException {
        String text = exchange.getRequestHeaders().getFirst("Content-Length");
        if (text == null) {
            return exchange.getRequestHeaders().getFirst("Transfer-Encoding") == null ? 0 : -1;
        }
        long length = text.matches("\\d{1,18}") ? Long.parseLong(text) : Long.MAX_VALUE;
        if (length > maxBodyBytes) {
            throw tooLong(text, maxBodyBytes);
        }
        return (int) length;
    }

    private static InferenceException tooLong(String length, int most) {
        return InferenceException.tooLarge(
                "the body has " + length + " bytes; at most " + most + " with this heap (-Xmx)");
    }
}
