package io.fleetfit.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommitLogTest {
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void keepsEveryCommitBeforeItReturns() throws Exception {
        AtomicLong committed = new AtomicLong();
        AtomicLong durable = new AtomicLong();
        CommitLog log = new CommitLog(() -> durable.accumulateAndGet(committed.get(), Math::max));
        List<Future<?>> writers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            writers.add(threads.submit(() -> {
                for (int n = 0; n < 500; n++) {
                    long mine = committed.incrementAndGet();
                    log.awaitDurable();
                    assertThat(durable.get()).isGreaterThanOrEqualTo(mine);
                }
            }));
        }
        for (Future<?> writer : writers) {
            writer.get();
        }
    }

    @Test
    void servesAllWhoWaitWithOneSync() throws Exception {
        AtomicInteger syncs = new AtomicInteger();
        CountDownLatch firstMayEnd = new CountDownLatch(1);
        CommitLog log = new CommitLog(() -> {
            if (syncs.incrementAndGet() == 1) {
                awaitQuietly(firstMayEnd);
            }
        });
        Future<?> first = threads.submit(log::awaitDurable);
        Awaitility.await().until(() -> syncs.get() == 1);
        List<Thread> late = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            Thread thread = new Thread(log::awaitDurable);
            thread.start();
            late.add(thread);
        }
        Awaitility.await().until(() -> late.stream().allMatch(t -> t.getState() == Thread.State.WAITING));

        firstMayEnd.countDown();
        first.get();
        for (Thread thread : late) {
            thread.join();
        }

        assertThat(syncs).hasValue(2);
    }

    @Test
    void tellsWhoWaitsThatASyncFailedAndGoesOn() {
        AtomicInteger syncs = new AtomicInteger();
        CommitLog log = new CommitLog(() -> {
            if (syncs.incrementAndGet() == 1) {
                throw new IllegalStateException("disk is gone");
            }
        });

        assertThatThrownBy(log::awaitDurable).hasMessage("disk is gone");
        log.awaitDurable();

        assertThat(syncs).hasValue(2);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
