package io.fleetfit.agent.connect;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * A socket without Nagle's delay whose input is a {@link PacketStream}. TLS, if wanted, is set up inside and its peer's
 * name is checked, so that Paho sees a plain socket in both cases.
 */
final class BrokerSocket extends Socket {
    private final @Nullable SSLSocketFactory tls;
    private final PayloadStash stash;
    private final int maxPacketBytes;
    private volatile @Nullable Socket socket;
    private @Nullable PacketStream input;
    private volatile boolean closed;

    BrokerSocket(@Nullable SSLSocketFactory tls, PayloadStash stash, int maxPacketBytes) {
        this.tls = tls;
        this.stash = stash;
        this.maxPacketBytes = maxPacketBytes;
    }

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    @Override
    public void connect(SocketAddress endpoint, int timeoutMillis) throws IOException {
        Socket plain = new Socket();
        socket = plain;
        try {
            plain.setTcpNoDelay(true);
            plain.connect(endpoint, timeoutMillis);
            if (tls != null && endpoint instanceof InetSocketAddress address) {
                plain.setSoTimeout(timeoutMillis);
                socket = handshake(tls, plain, address);
            }
            if (closed) {
                throw new SocketException("closed while connecting");
            }
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static SSLSocket handshake(SSLSocketFactory tls, Socket plain, InetSocketAddress address)
            throws IOException {
        SSLSocket secure = (SSLSocket) tls.createSocket(plain, address.getHostString(), address.getPort(), true);
        SSLParameters parameters = secure.getSSLParameters();
        parameters.setEndpointIdentificationAlgorithm("HTTPS");
        secure.setSSLParameters(parameters);
        secure.startHandshake();
        return secure;
    }

    private Socket connected() throws SocketException {
        Socket current = socket;
        if (current == null) {
            throw new SocketException("not connected");
        }
        return current;
    }

    @Override
    public synchronized InputStream getInputStream() throws IOException {
        PacketStream stream = input;
        if (stream == null) {
            stream = new PacketStream(connected().getInputStream(), stash, maxPacketBytes);
            input = stream;
        }
        return stream;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return connected().getOutputStream();
    }

    @Override
    public synchronized void setSoTimeout(int millis) throws SocketException {
        connected().setSoTimeout(millis);
    }

    @Override
    public boolean isConnected() {
        Socket current = socket;
        return current != null && current.isConnected();
    }

    @Override
    public boolean isClosed() {
        return closed;
    }

    /** Closes: TLS has no half-closed state, and Paho calls this only right before {@link #close}. */
    @Override
    public void shutdownInput() throws IOException {
        close();
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        stash.close();
        Socket current = socket;
        if (current != null) {
            current.close();
        }
    }
}
