package io.fleetfit.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as a stream for a worker thread, with back-pressure: the request is paused while a few buffers
 * wait to be read. So an upload takes the same memory whatever its size.
 */
final class UploadBody extends InputStream {
    private static final int AHEAD = 16;
    private static final long PATIENCE_SECONDS = 60;
    private static final Buffer END = Buffer.buffer();

    private final BlockingQueue<Buffer> arrived = new LinkedBlockingQueue<>();
    private final HttpServerRequest request;
    private final Context context;
    private volatile @Nullable Throwable failure;
    private byte[] current = new byte[0];
    private int position;
    private boolean ended;

    /** Takes a paused request; call on its event loop. */
    UploadBody(HttpServerRequest request, Context context) {
        this.request = request;
        this.context = context;
        request.handler(this::put);
        request.endHandler(done -> put(END));
        request.exceptionHandler(thrown -> {
            failure = thrown;
            put(END);
        });
        request.resume();
    }

    private void put(Buffer buffer) {
        arrived.add(buffer);
        if (arrived.size() >= AHEAD && !request.isEnded()) {
            request.pause();
        }
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        while (position == current.length) {
            if (ended) {
                return -1;
            }
            next();
        }
        int count = Math.min(length, current.length - position);
        System.arraycopy(current, position, target, offset, count);
        position += count;
        return count;
    }

    private void next() throws IOException {
        Buffer buffer;
        try {
            buffer = arrived.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
        if (buffer == null) {
            throw new IOException("no bytes came for " + PATIENCE_SECONDS + " s");
        }
        Throwable thrown = failure;
        if (buffer == END) {
            ended = true;
            if (thrown != null) {
                throw new IOException("the connection broke", thrown);
            }
            return;
        }
        current = buffer.getBytes();
        position = 0;
        if (arrived.size() < AHEAD / 2) {
            context.runOnContext(now -> {
                if (!request.isEnded()) {
                    request.resume();
                }
            });
        }
    }
}
