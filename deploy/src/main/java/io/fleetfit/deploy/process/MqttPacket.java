package io.fleetfit.deploy.process;

import io.fleetfit.protocol.ChunkHeader;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One MQTT 5 control packet as it stands on the wire; of a PUBLISH also what it says (MQTT 5.0, sections 1.5 and 3.3).
 *
 * @param bytes the packet
 * @param topic of a PUBLISH; empty for other packets
 * @param correlation correlation data of a PUBLISH, if it has any
 * @param payloadAt where the payload of a PUBLISH begins
 */
@SuppressWarnings("ArrayRecordComponent") // passed on, never compared
public record MqttPacket(byte[] bytes, String topic, byte @Nullable [] correlation, int payloadAt) {
    private static final int PUBLISH = 3;
    private static final int CORRELATION_DATA = 0x09;
    private static final int TOPIC_ALIAS = 0x23;

    /**
     * Reads the next packet; null at the end of the stream.
     *
     * @param aliases the topics that stand for numbers in this direction of this connection; is kept here
     */
    static @Nullable MqttPacket read(DataInputStream in, Map<Integer, String> aliases) throws IOException {
        int first = in.read();
        if (first < 0) {
            return null;
        }
        ByteBuffer head = ByteBuffer.allocate(5).put((byte) first);
        int length = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.readUnsignedByte();
            head.put((byte) digit);
            length |= (digit & 0x7f) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0 && shift < 28);
        head.flip();
        byte[] bytes = new byte[head.limit() + length];
        int headBytes = head.limit();
        head.get(bytes, 0, headBytes);
        in.readFully(bytes, headBytes, length);
        return first >> 4 == PUBLISH
                ? publish(bytes, headBytes, aliases)
                : new MqttPacket(bytes, "", null, bytes.length);
    }

    private static MqttPacket publish(byte[] bytes, int headBytes, Map<Integer, String> aliases) throws EOFException {
        ByteBuffer in = ByteBuffer.wrap(bytes, headBytes, bytes.length - headBytes);
        String topic = new String(take(in, in.getShort() & 0xffff), StandardCharsets.UTF_8);
        if ((bytes[0] & 0x06) != 0) {
            in.getShort(); // packet identifier of QoS 1 and 2
        }
        int end = variable(in) + in.position();
        byte[] correlation = null;
        while (in.position() < end) {
            int property = in.get();
            byte[] value = property(in, property);
            if (property == CORRELATION_DATA) {
                correlation = value;
            } else if (property == TOPIC_ALIAS) {
                int alias = ByteBuffer.wrap(value).getShort();
                if (topic.isEmpty()) {
                    topic = aliases.getOrDefault(alias, "");
                } else {
                    aliases.put(alias, topic);
                }
            }
        }
        return new MqttPacket(bytes, topic, correlation, end);
    }

    private static byte[] property(ByteBuffer in, int property) throws EOFException {
        return switch (property) {
            case 0x01 -> take(in, 1);
            case 0x02 -> take(in, 4);
            case 0x0b -> {
                variable(in);
                yield new byte[0];
            }
            case TOPIC_ALIAS -> take(in, 2);
            case 0x03, 0x08, CORRELATION_DATA -> take(in, in.getShort() & 0xffff);
            case 0x26 -> {
                take(in, in.getShort() & 0xffff);
                yield take(in, in.getShort() & 0xffff);
            }
            default -> throw new EOFException("unknown property " + property);
        };
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] value = new byte[length];
        in.get(value);
        return value;
    }

    private static int variable(ByteBuffer in) {
        int value = 0;
        int shift = 0;
        int digit;
        do {
            digit = in.get();
            value |= (digit & 0x7f) << shift;
            shift += 7;
        } while ((digit & 0x80) != 0);
        return value;
    }

    /** A PUBLISH of quality of service 0. */
    public static MqttPacket publish(String topic, byte[] payload) {
        byte[] name = topic.getBytes(StandardCharsets.UTF_8);
        int length = 2 + name.length + 1 + payload.length;
        ByteBuffer out = ByteBuffer.allocate(length + 5).put((byte) (PUBLISH << 4));
        for (int rest = length; ; rest >>= 7) {
            if (rest < 0x80) {
                out.put((byte) rest);
                break;
            }
            out.put((byte) ((rest & 0x7f) | 0x80));
        }
        out.putShort((short) name.length).put(name).put((byte) 0);
        int payloadAt = out.position();
        byte[] bytes = new byte[payloadAt + payload.length];
        out.put(payload).flip().get(bytes);
        return new MqttPacket(bytes, topic, null, payloadAt);
    }

    /** The payload of a PUBLISH. */
    public byte[] payload() {
        return Arrays.copyOfRange(bytes, payloadAt, bytes.length);
    }

    /** Which part of a blob this carries; empty if it is no such message. */
    public Optional<ChunkHeader> chunk() {
        return correlation == null ? Optional.empty() : ChunkHeader.decode(correlation);
    }

    /** The same with correlation data that says nothing to anybody: as good as lost, but acknowledged. */
    public MqttPacket unrecognisable() {
        if (correlation == null) {
            return this;
        }
        byte[] changed = bytes.clone();
        for (int at = payloadAt - correlation.length; at >= 0; at--) {
            if (Arrays.equals(changed, at, at + correlation.length, correlation, 0, correlation.length)) {
                Arrays.fill(changed, at, at + correlation.length, (byte) 0xff);
                return new MqttPacket(changed, topic, null, payloadAt);
            }
        }
        return this;
    }

    /** The same with one bit of its last byte turned round. */
    public MqttPacket corrupted() {
        byte[] changed = bytes.clone();
        changed[changed.length - 1] ^= 1;
        return new MqttPacket(changed, topic, correlation, payloadAt);
    }
}
