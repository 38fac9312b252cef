package io.fleetfit.deploy.process;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A man in the middle between a device and its broker: understands MQTT packets, and can slow them down, watch them,
 * change them, swallow them, put in its own, cut the link, and stay away.
 */
public final class MqttProxy implements AutoCloseable {
    private final ServerSocket server;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final List<Instant> attempts = new CopyOnWriteArrayList<>();
    private volatile int brokerPort;
    private volatile boolean away;
    private volatile long bytesPerSecond = Long.MAX_VALUE;
    private volatile Consumer<MqttPacket> fromDevice = packet -> {};
    private volatile Function<MqttPacket, @Nullable MqttPacket> toDevice = packet -> packet;

    private MqttProxy(ServerSocket server, int brokerPort) {
        this.server = server;
        this.brokerPort = brokerPort;
    }

    /** A proxy on a free port of the loopback. */
    public static MqttProxy to(int brokerPort) {
        try {
            MqttProxy proxy = new MqttProxy(new ServerSocket(0, 50, InetAddress.getLoopbackAddress()), brokerPort);
            thread("mqtt-proxy", proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The broker's address as the device is told it. */
    public String url() {
        return "mqtt://127.0.0.1:" + server.getLocalPort();
    }

    /** The broker has another port from now on. */
    public void retarget(int port) {
        brokerPort = port;
    }

    /** Slows what goes to devices down, together. */
    public void throttle(long bytes) {
        bytesPerSecond = bytes;
    }

    /** Watches what devices send. */
    public void onFromDevice(Consumer<MqttPacket> watcher) {
        fromDevice = watcher;
    }

    /** Watches, changes or, by null, swallows what goes to devices. */
    public void onToDevice(Function<MqttPacket, @Nullable MqttPacket> filter) {
        toDevice = filter;
    }

    /** Sends devices a packet that the broker knows nothing of. */
    public void inject(MqttPacket packet) {
        links.forEach(link -> link.send(packet));
    }

    /** Cuts all links. */
    public void cut() {
        links.forEach(Link::close);
    }

    /** Cuts all links and every new one at once, until told otherwise. */
    public void away(boolean now) {
        away = now;
        if (now) {
            cut();
        }
    }

    /** When devices tried to connect. */
    public List<Instant> attempts() {
        return List.copyOf(attempts);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket device = server.accept();
                attempts.add(Instant.now());
                if (away) {
                    device.close();
                } else {
                    connect(device);
                }
            } catch (IOException e) {
                // A broker that is down is what the device shall meet: its socket is closed by connect.
            }
        }
    }

    private void connect(Socket device) throws IOException {
        Socket broker = new Socket();
        try {
            broker.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), brokerPort), 2_000);
        } catch (IOException e) {
            device.close();
            throw e;
        }
        Link link = new Link(device, broker);
        links.add(link);
        thread(
                "mqtt-proxy-up",
                () -> link.pump(device, broker, packet -> {
                    fromDevice.accept(packet);
                    return packet;
                }));
        thread("mqtt-proxy-down", () -> link.pump(broker, device, packet -> toDevice.apply(packet)));
    }

    private static void thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
    }

    /** One device's connection with the one to the broker behind it. */
    private final class Link {
        private final Socket device;
        private final Socket broker;

        Link(Socket device, Socket broker) {
            this.device = device;
            this.broker = broker;
        }

        void pump(Socket from, Socket to, Function<MqttPacket, @Nullable MqttPacket> filter) {
            try (DataInputStream in = new DataInputStream(new BufferedInputStream(from.getInputStream(), 1 << 16))) {
                Map<Integer, String> aliases = new HashMap<>();
                for (MqttPacket packet = MqttPacket.read(in, aliases);
                        packet != null;
                        packet = MqttPacket.read(in, aliases)) {
                    MqttPacket passed = filter.apply(packet);
                    if (passed != null) {
                        write(to, passed);
                    }
                    if (to == device) {
                        pace(packet.bytes().length);
                    }
                }
            } catch (IOException e) {
                // The end of one direction is the end of both.
            } finally {
                close();
            }
        }

        void send(MqttPacket packet) {
            try {
                write(device, packet);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void write(Socket to, MqttPacket packet) throws IOException {
            synchronized (to) {
                OutputStream out = to.getOutputStream();
                out.write(packet.bytes());
                out.flush();
            }
        }

        private void pace(long bytes) {
            if (bytesPerSecond < Long.MAX_VALUE) {
                LockSupport.parkNanos(
                        Duration.ofSeconds(1).toNanos() / 1_000 * bytes / Math.max(1, bytesPerSecond / 1_000));
            }
        }

        void close() {
            links.remove(this);
            for (Socket socket : List.of(device, broker)) {
                try {
                    socket.close();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
