package io.fleetfit.agent.runtime;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Direct buffers that outlive the frames they were made for. The memory of a dropped direct buffer comes back only when
 * the heap is collected, which an idle agent does seldom: without reuse each swap of a variant would leave its buffers
 * behind. Thread-safe.
 */
final class DirectBuffers {
    /** What is kept at most, in bytes; beyond it buffers are left to the collector. */
    private static final long MAX_KEPT_BYTES = 8L << 20;

    private static final Map<Integer, Queue<ByteBuffer>> KEPT = new ConcurrentHashMap<>();
    private static final AtomicLong KEPT_BYTES = new AtomicLong();

    private DirectBuffers() {}

    /** A buffer of exactly this capacity in native byte order; its content is anything. */
    static ByteBuffer take(int bytes) {
        Queue<ByteBuffer> same = KEPT.get(bytes);
        ByteBuffer kept = same == null ? null : same.poll();
        if (kept == null) {
            return ByteBuffer.allocateDirect(bytes).order(ByteOrder.nativeOrder());
        }
        KEPT_BYTES.addAndGet(-bytes);
        return kept.clear();
    }

    /** Takes a buffer back that nobody uses any more. */
    static void giveBack(ByteBuffer buffer) {
        if (KEPT_BYTES.addAndGet(buffer.capacity()) > MAX_KEPT_BYTES) {
            KEPT_BYTES.addAndGet(-buffer.capacity());
            return;
        }
        KEPT.computeIfAbsent(buffer.capacity(), size -> new ConcurrentLinkedQueue<>())
                .add(buffer);
    }
}
