package io.fleetfit.agent.connect;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A session with the broker that keeps itself up. Every attempt is a {@link BrokerLink} of its own; everything that may
 * wait runs on the one thread of the session, nothing in Paho's callbacks. What was on its way out when the link broke is
 * gone: whatever must arrive is acknowledged end to end.
 */
public final class BrokerSession implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger(BrokerSession.class.getName());
    private static final int STABLE_SECONDS = 30;

    private final BrokerSettings settings;
    private final BrokerListener listener;
    private final Supplier<Will> will;
    private final BackOff backOff;
    private final ScheduledThreadPoolExecutor thread;
    private final Set<String> subscriptions = ConcurrentHashMap.newKeySet();

    private volatile @Nullable BrokerLink link;
    private volatile boolean connected;
    private boolean cleanStart = true;
    private @Nullable ScheduledFuture<?> stable;

    /** What the broker publishes, retained, when it finds the link broken. */
    @SuppressWarnings("ArrayRecordComponent") // a value that is passed on, never compared
    public record Will(String topic, byte[] payload) {}

    /** A session that has not begun. */
    public BrokerSession(
            BrokerSettings settings, BrokerListener listener, Supplier<Will> will, RandomGenerator random) {
        this.settings = settings;
        this.listener = listener;
        this.will = will;
        this.backOff =
                new BackOff(settings.timing().firstRetry(), settings.timing().maxRetry(), random);
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "fleetfit-broker");
            made.setDaemon(true);
            return made;
        });
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Connects, now and again whenever the link is lost. */
    public void start() {
        run(this::connect);
    }

    /** Whether the link is up. */
    public boolean isConnected() {
        return connected;
    }

    private void connect() {
        BrokerLink attempt;
        try {
            attempt = BrokerLink.open(settings, cleanStart, will.get(), new Events());
        } catch (IOException | RuntimeException e) {
            retry(String.valueOf(e.getMessage()));
            return;
        }
        link = attempt;
        long limit = settings.timing().connect().toMillis() * 2;
        attempt.connect(() -> run(() -> established(attempt)), why -> run(() -> lost(attempt, why)));
        later(
                () -> {
                    if (link == attempt && !connected) {
                        lost(attempt, "no answer within " + limit + " ms");
                    }
                },
                limit);
    }

    private void established(BrokerLink attempt) {
        if (link != attempt) {
            return;
        }
        cleanStart = false;
        subscribeMissing(attempt, Set.of());
    }

    /** Subscribes what stands in the set beyond {@code done}; more may have come meanwhile. */
    private void subscribeMissing(BrokerLink attempt, Set<String> done) {
        Set<String> wanted = Set.copyOf(subscriptions);
        Set<String> missing =
                wanted.stream().filter(topic -> !done.contains(topic)).collect(Collectors.toSet());
        if (missing.isEmpty()) {
            ready(attempt);
            return;
        }
        CompletableFuture<Void> unused = attempt.subscribe(missing)
                .whenComplete((nothing, error) -> run(() -> {
                    if (error != null) {
                        lost(attempt, "subscribing failed: " + error.getMessage());
                    } else {
                        subscribeMissing(attempt, wanted);
                    }
                }));
    }

    private void ready(BrokerLink attempt) {
        if (link == attempt) {
            LOG.log(Level.INFO, "connected broker={0} device={1}", settings.uri(), settings.username());
            connected = true;
            stable = schedule(backOff::reset, TimeUnit.SECONDS.toMillis(STABLE_SECONDS));
            listener.connected();
        }
    }

    private void lost(BrokerLink attempt, String why) {
        if (link != attempt) {
            return;
        }
        link = null;
        boolean before = connected;
        connected = false;
        if (stable != null) {
            stable.cancel(false);
        }
        attempt.close();
        if (before) {
            listener.disconnected();
        }
        retry(why);
    }

    private void retry(String why) {
        long wait = backOff.nextMillis();
        LOG.log(Level.INFO, "no link to broker={0} because={1} nextAttemptMillis={2}", settings.uri(), why, wait);
        later(this::connect, wait);
    }

    /**
     * Publishes at QoS 1.
     *
     * @return whether the message is on its way; false when the link is down or too much waits already
     */
    public boolean publish(String topic, byte[] payload, boolean retained) {
        BrokerLink current = link;
        return current != null && connected && current.publish(topic, payload, retained);
    }

    /** Receives a topic from now on, also after reconnects; completes when the broker has confirmed it. */
    public CompletableFuture<Void> subscribe(String topic) {
        subscriptions.add(topic);
        BrokerLink current = link;
        return current != null && connected
                ? current.subscribe(Set.of(topic))
                : CompletableFuture.failedFuture(new IOException("not connected"));
    }

    /** Ends {@link #subscribe}. */
    public void unsubscribe(String topic) {
        subscriptions.remove(topic);
        BrokerLink current = link;
        if (current != null && connected) {
            current.unsubscribe(topic);
        }
    }

    /** Says good-bye to the broker and ends; the last will is not published. */
    @Override
    public void close() {
        run(() -> {
            BrokerLink current = link;
            link = null;
            connected = false;
            if (current != null) {
                current.disconnect();
                current.close();
            }
        });
        thread.shutdown();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            thread.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private void run(Runnable task) {
        later(task, 0);
    }

    private void later(Runnable task, long delayMillis) {
        ScheduledFuture<?> unused = schedule(task, delayMillis);
    }

    private @Nullable ScheduledFuture<?> schedule(Runnable task, long delayMillis) {
        try {
            return thread.schedule(() -> guarded(task), delayMillis, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            return null; // closed: nothing is left to do
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "a task of the broker session failed", e);
        }
    }

    /** What Paho tells; hops to the session's thread. */
    private final class Events implements BrokerLink.Events {
        @Override
        public void lost(BrokerLink from, String why) {
            run(() -> BrokerSession.this.lost(from, why));
        }

        @Override
        public void message(String topic, byte[] payload, byte @Nullable [] correlation) {
            listener.message(topic, payload, correlation);
        }
    }
}
