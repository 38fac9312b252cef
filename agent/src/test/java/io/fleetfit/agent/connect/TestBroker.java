package io.fleetfit.agent.connect;

import com.hivemq.embedded.EmbeddedHiveMQ;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutionException;

/** A HiveMQ broker in this process on a port of its own, everything in memory. */
public final class TestBroker {
    private final Path folder;
    private final int port;
    private EmbeddedHiveMQ broker;

    private TestBroker(Path folder, int port) {
        this.folder = folder;
        this.port = port;
        this.broker = build();
    }

    public static TestBroker start(Path folder) throws Exception {
        TestBroker broker = new TestBroker(folder, freePort());
        broker.up();
        return broker;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private EmbeddedHiveMQ build() {
        try {
            Path conf = Files.createDirectories(folder.resolve("conf"));
            Files.writeString(conf.resolve("config.xml"), """
                    <hivemq>
                      <listeners><tcp-listener><port>%d</port><bind-address>127.0.0.1</bind-address></tcp-listener></listeners>
                      <persistence><mode>in-memory</mode></persistence>
                      <anonymous-usage-statistics><enabled>false</enabled></anonymous-usage-statistics>
                    </hivemq>
                    """.formatted(port));
            return EmbeddedHiveMQ.builder()
                    .withConfigurationFolder(conf)
                    .withDataFolder(Files.createDirectories(folder.resolve("data")))
                    .withExtensionsFolder(Files.createDirectories(folder.resolve("extensions")))
                    .withoutLoggingBootstrap()
                    .build();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    public URI uri() {
        return URI.create("mqtt://127.0.0.1:" + port);
    }

    public void up() throws ExecutionException, InterruptedException {
        broker.start().get();
    }

    /** Stops the broker; everything it held is gone. */
    public void down() throws ExecutionException, InterruptedException {
        broker.stop().get();
        broker.close();
        broker = build();
    }

    public void close() throws ExecutionException, InterruptedException {
        broker.stop().get();
        broker.close();
    }
}
