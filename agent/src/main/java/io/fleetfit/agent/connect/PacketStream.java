package io.fleetfit.agent.connect;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;

/**
 * What Paho reads in place of the socket. Paho 1.2.5 takes a packet apart through a stream that copies a byte at a time
 * ({@code CountingInputStream} overrides {@code read()} alone), which costs about 40 CPU seconds a gigabyte. So this
 * stream reads the packets itself, in bulk and without locks, keeps the payload of every PUBLISH in a
 * {@link PayloadStash}, and shows Paho the same packet with the ticket of that payload (4 bytes, big-endian) in its place.
 * Everything else reaches Paho as it came.
 *
 * <p>A read timeout shows only between packets, because Paho loses its place when one comes within a packet's header.
 */
final class PacketStream extends InputStream {
    /** Length of what stands in for a payload. */
    static final int TICKET_BYTES = Integer.BYTES;

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final int MAX_LENGTH_BYTES = 4;
    private static final int PUBLISH = 3;

    private final InputStream in;
    private final PayloadStash stash;
    private final int maxPacketBytes;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int limit;
    private byte[] ready = new byte[0];
    private int readyPosition;

    PacketStream(InputStream in, PayloadStash stash, int maxPacketBytes) {
        this.in = in;
        this.stash = stash;
        this.maxPacketBytes = maxPacketBytes;
    }

    @Override
    public int read() throws IOException {
        return prepare() ? ready[readyPosition++] & 0xff : -1;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (!prepare()) {
            return -1;
        }
        int count = Math.min(length, ready.length - readyPosition);
        System.arraycopy(ready, readyPosition, target, offset, count);
        readyPosition += count;
        return count;
    }

    @Override
    public int available() {
        return ready.length - readyPosition;
    }

    @Override
    public void close() throws IOException {
        stash.close();
        in.close();
    }

    /** Makes at least one byte ready; false at the end of the stream. */
    private boolean prepare() throws IOException {
        if (readyPosition < ready.length) {
            return true;
        }
        if (position == limit && !fillBetweenPackets()) {
            return false;
        }
        int first = buffer[position++] & 0xff;
        int remaining = readLength();
        if (remaining > maxPacketBytes) {
            throw new IOException("a packet of " + remaining + " bytes; at most " + maxPacketBytes + " are taken");
        }
        ready = first >>> 4 == PUBLISH ? publish(first, remaining) : packet(first, readBytes(remaining));
        readyPosition = 0;
        return true;
    }

    private static byte[] packet(int first, byte[] body) {
        ByteBuffer out = ByteBuffer.allocate(1 + MAX_LENGTH_BYTES + body.length);
        out.put((byte) first);
        putLength(out, body.length);
        out.put(body);
        return bytes(out);
    }

    /** MQTT 5, section 3.3: topic, packet identifier unless QoS 0, properties, payload. */
    private byte[] publish(int first, int remaining) throws IOException {
        ByteBuffer head = ByteBuffer.allocate(Math.min(remaining, 2 + 0xffff + 2 + MAX_LENGTH_BYTES));
        int topicLength = copyShort(head);
        copy(head, topicLength);
        if ((first & 0x06) != 0) {
            copyShort(head);
        }
        int propertiesLength = readLength();
        putLength(head, propertiesLength);
        byte[] properties = readBytes(bounded(propertiesLength, remaining - head.position()));
        int payloadLength = remaining - head.position() - properties.length;
        int ticket = stash.put(readBytes(bounded(payloadLength, remaining)));
        ByteBuffer body = ByteBuffer.allocate(head.position() + properties.length + TICKET_BYTES);
        body.put(head.flip()).put(properties).putInt(ticket);
        return packet(first, body.array());
    }

    private static int bounded(int length, int most) throws IOException {
        if (length < 0 || length > most) {
            throw new IOException("malformed PUBLISH: a part of " + length + " bytes where at most " + most + " fit");
        }
        return length;
    }

    private int copyShort(ByteBuffer target) throws IOException {
        copy(target, 2);
        return target.getShort(target.position() - 2) & 0xffff;
    }

    private void copy(ByteBuffer target, int length) throws IOException {
        target.put(readBytes(bounded(length, target.remaining())));
    }

    /** Variable byte integer, MQTT 5 section 1.5.5. */
    private int readLength() throws IOException {
        int value = 0;
        for (int i = 0; i < MAX_LENGTH_BYTES; i++) {
            int next = nextByte();
            value |= (next & 0x7f) << (7 * i);
            if ((next & 0x80) == 0) {
                return value;
            }
        }
        throw new IOException("malformed packet: its length takes more than 4 bytes");
    }

    private static void putLength(ByteBuffer out, int length) {
        int rest = length;
        while (rest > 0x7f) {
            out.put((byte) ((rest & 0x7f) | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static byte[] bytes(ByteBuffer out) {
        byte[] bytes = new byte[out.position()];
        out.flip().get(bytes);
        return bytes;
    }

    private byte[] readBytes(int length) throws IOException {
        byte[] bytes = new byte[length];
        int done = Math.min(length, limit - position);
        System.arraycopy(buffer, position, bytes, 0, done);
        position += done;
        while (done < length) {
            if (length - done < BUFFER_BYTES) {
                fill();
                int count = Math.min(length - done, limit);
                System.arraycopy(buffer, 0, bytes, done, count);
                position = count;
                done += count;
            } else {
                done += readPatiently(bytes, done, length - done);
            }
        }
        return bytes;
    }

    private int nextByte() throws IOException {
        if (position == limit) {
            fill();
        }
        return buffer[position++] & 0xff;
    }

    private boolean fillBetweenPackets() throws IOException {
        int count = in.read(buffer, 0, BUFFER_BYTES);
        position = 0;
        limit = Math.max(0, count);
        return count > 0;
    }

    private void fill() throws IOException {
        limit = readPatiently(buffer, 0, BUFFER_BYTES);
        position = 0;
    }

    /** Reads on over timeouts; a link that stays silent is found by the keep-alive, which closes the socket. */
    private int readPatiently(byte[] target, int offset, int length) throws IOException {
        while (true) {
            try {
                int count = in.read(target, offset, length);
                if (count < 0) {
                    throw new EOFException("the connection ended within a packet");
                }
                return count;
            } catch (SocketTimeoutException e) {
                if (Thread.currentThread().isInterrupted()) {
                    throw e;
                }
            }
        }
    }
}
