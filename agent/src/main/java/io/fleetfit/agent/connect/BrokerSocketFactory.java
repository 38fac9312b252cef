package io.fleetfit.agent.connect;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import javax.net.SocketFactory;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes {@link BrokerSocket}s that share one stash. */
final class BrokerSocketFactory extends SocketFactory {
    private final @Nullable SSLSocketFactory tls;
    private final PayloadStash stash;
    private final int maxPacketBytes;

    BrokerSocketFactory(@Nullable SSLSocketFactory tls, PayloadStash stash, int maxPacketBytes) {
        this.tls = tls;
        this.stash = stash;
        this.maxPacketBytes = maxPacketBytes;
    }

    @Override
    public Socket createSocket() {
        return new BrokerSocket(tls, stash, maxPacketBytes);
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        return connected(new InetSocketAddress(host, port));
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        return connected(new InetSocketAddress(address, port));
    }

    private Socket connected(InetSocketAddress endpoint) throws IOException {
        Socket socket = createSocket();
        socket.connect(endpoint);
        return socket;
    }
}
