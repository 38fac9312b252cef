package io.fleetfit.agent.connect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BrokerSessionTest {
    @TempDir
    static Path folder;

    private static TestBroker broker;

    @BeforeAll
    static void startBroker() throws Exception {
        broker = TestBroker.start(folder);
    }

    @AfterAll
    static void stopBroker() throws Exception {
        broker.close();
    }

    private static final class Heard implements BrokerListener {
        final List<String> topics = new CopyOnWriteArrayList<>();
        final List<byte[]> payloads = new CopyOnWriteArrayList<>();
        final AtomicInteger connects = new AtomicInteger();
        final AtomicInteger disconnects = new AtomicInteger();

        @Override
        public void connected() {
            connects.incrementAndGet();
        }

        @Override
        public void disconnected() {
            disconnects.incrementAndGet();
        }

        @Override
        public void message(String topic, byte[] payload, byte @Nullable [] correlation) {
            topics.add(topic);
            payloads.add(payload);
        }
    }

    private static BrokerSession session(String id, BrokerListener listener) {
        return new BrokerSession(
                settings(broker.uri(), id),
                listener,
                () -> new BrokerSession.Will("will/" + id, "gone".getBytes(StandardCharsets.UTF_8)),
                new Random(1));
    }

    static BrokerSettings settings(URI uri, String id) {
        return new BrokerSettings(
                uri,
                id,
                id,
                "secret",
                null,
                new BrokerSettings.Timing(
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(60),
                        Duration.ofSeconds(60),
                        Duration.ofMillis(200),
                        Duration.ofMillis(500)));
    }

    @Test
    void carriesMessagesOfAllSizesUnchanged() {
        Heard heard = new Heard();
        try (BrokerSession session = session("sizes", heard)) {
            session.subscribe("sizes/#").exceptionally(e -> null);
            session.start();
            await().until(session::isConnected);
            int[] sizes = {0, 1, 4, 100, 127, 128, 16_383, 16_384, 65_535, 65_536, 65_537, 300_000, 1_048_576};
            Random random = new Random(7);
            byte[][] sent = Arrays.stream(sizes)
                    .mapToObj(size -> {
                        byte[] bytes = new byte[size];
                        random.nextBytes(bytes);
                        return bytes;
                    })
                    .toArray(byte[][]::new);

            for (byte[] bytes : sent) {
                assertThat(session.publish("sizes/" + bytes.length, bytes, false))
                        .isTrue();
            }

            await().untilAsserted(() -> assertThat(heard.payloads).hasSize(sizes.length));
            for (int i = 0; i < sizes.length; i++) {
                assertThat(heard.topics.get(i)).isEqualTo("sizes/" + sizes[i]);
                assertThat(heard.payloads.get(i)).isEqualTo(sent[i]);
            }
        }
    }

    @Test
    void comesBackAfterTheBrokerWasRestarted() throws Exception {
        Heard heard = new Heard();
        try (BrokerSession session = session("back", heard)) {
            session.subscribe("back/#").exceptionally(e -> null);
            session.start();
            await().until(session::isConnected);

            broker.down();
            await().untilAsserted(() -> assertThat(heard.disconnects).hasValue(1));
            broker.up();
            await().untilAsserted(() -> assertThat(heard.connects).hasValue(2));

            session.publish("back/1", new byte[] {1}, false);
            await().untilAsserted(() -> assertThat(heard.topics).contains("back/1"));
        }
    }

    @Test
    void takesASubscriptionOnlyWhileItIsWanted() {
        Heard heard = new Heard();
        try (BrokerSession session = session("dynamic", heard)) {
            session.start();
            await().until(session::isConnected);

            session.subscribe("dynamic/a").join();
            session.publish("dynamic/a", new byte[] {1}, false);
            await().untilAsserted(() -> assertThat(heard.topics).containsExactly("dynamic/a"));
            session.unsubscribe("dynamic/a");
            session.subscribe("dynamic/b").join();
            session.publish("dynamic/a", new byte[] {2}, false);
            session.publish("dynamic/b", new byte[] {3}, false);

            await().untilAsserted(() -> assertThat(heard.topics).containsExactly("dynamic/a", "dynamic/b"));
        }
    }

    @Test
    void keepsTryingWhileThereIsNoBroker() {
        Heard heard = new Heard();
        BrokerSession session = new BrokerSession(
                settings(URI.create("mqtt://127.0.0.1:1"), "nobody"),
                heard,
                () -> new BrokerSession.Will("will/nobody", new byte[0]),
                new Random(1));

        session.start();
        boolean sent = session.publish("x", new byte[0], false);
        session.close();

        assertThat(sent).isFalse();
        assertThat(heard.connects).hasValue(0);
    }
}
