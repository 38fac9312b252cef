package io.fleetfit.dataset.file;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Head of a file in NumPy's array format (NEP 1; versions 1.0, 2.0 and 3.0).
 *
 * @param type of the elements
 * @param bigEndian byte order of the elements
 * @param fortran whether the first index runs fastest
 * @param shape sizes of the dimensions; empty for a scalar
 * @param offset bytes before the elements
 */
public record NpyHeader(NpyType type, boolean bigEndian, boolean fortran, List<Long> shape, long offset) {
    private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
    private static final int ALIGNMENT = 64;
    private static final int MAX_HEADER = 1 << 16;

    private static final Pattern DESCR = Pattern.compile("['\"]descr['\"]\\s*:\\s*['\"]([<>|=])([a-zA-Z]\\d+)['\"]");
    private static final Pattern FORTRAN = Pattern.compile("['\"]fortran_order['\"]\\s*:\\s*(True|False)");
    private static final Pattern SHAPE = Pattern.compile("['\"]shape['\"]\\s*:\\s*\\(([\\s\\d,L]*)\\)");

    public NpyHeader {
        shape = List.copyOf(shape);
    }

    /**
     * Reads the head and leaves the stream at the first element.
     *
     * @param name of the file, for messages
     * @throws BadDataSet if it is no array that can be used
     */
    public static NpyHeader read(InputStream in, String name) throws IOException, BadDataSet {
        byte[] start = in.readNBytes(MAGIC.length + 2);
        if (start.length < MAGIC.length + 2 || !Arrays.equals(Arrays.copyOf(start, MAGIC.length), MAGIC)) {
            throw new BadDataSet(name + " is no NumPy array; write it with numpy.save");
        }
        int major = start[MAGIC.length];
        if (major < 1 || major > 3) {
            throw new BadDataSet(name + " has version " + major + " of NumPy's format; 1 to 3 are read");
        }
        int lengthBytes = major == 1 ? 2 : 4;
        ByteBuffer length = ByteBuffer.wrap(full(in, lengthBytes, name)).order(ByteOrder.LITTLE_ENDIAN);
        long bytes = major == 1 ? length.getShort() & 0xffff : length.getInt() & 0xffff_ffffL;
        if (bytes > MAX_HEADER) {
            throw new BadDataSet(name + " has a head of " + bytes + " bytes; it is damaged or no plain array");
        }
        String head = new String(full(in, (int) bytes, name), StandardCharsets.UTF_8);
        return parse(head, MAGIC.length + 2 + lengthBytes + bytes, name);
    }

    private static byte[] full(InputStream in, int count, String name) throws IOException, BadDataSet {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new BadDataSet(name + " ends within its head; write it again", new EOFException(name));
        }
        return bytes;
    }

    private static NpyHeader parse(String head, long offset, String name) throws BadDataSet {
        Matcher descr = DESCR.matcher(head);
        NpyType type = descr.find() ? NpyType.ofCode(descr.group(2)).orElse(null) : null;
        if (type == null) {
            throw new BadDataSet(name + " holds elements of a type that no model input takes (" + head.strip()
                    + "); convert it with astype, for example to float32 or int64");
        }
        Matcher fortran = FORTRAN.matcher(head);
        Matcher shape = SHAPE.matcher(head);
        if (!fortran.find() || !shape.find()) {
            throw new BadDataSet(
                    name + " has a head that is not understood (" + head.strip() + "); write it again with numpy.save");
        }
        return new NpyHeader(
                type,
                descr.group(1).equals(">"),
                fortran.group(1).equals("True"),
                dimensions(shape.group(1), name),
                offset);
    }

    private static List<Long> dimensions(String text, String name) throws BadDataSet {
        List<Long> shape = new ArrayList<>();
        long elements = 1;
        try {
            for (String part : text.replace("L", "").split(",", -1)) {
                if (!part.isBlank()) {
                    long size = Long.parseLong(part.strip());
                    elements = Math.multiplyExact(elements, Math.max(1, size));
                    shape.add(size);
                }
            }
        } catch (ArithmeticException | NumberFormatException e) {
            throw new BadDataSet(name + " claims the shape (" + text + "), which no file can hold", e);
        }
        return shape;
    }

    /** Number of elements. */
    public long elements() {
        return elements(shape);
    }

    static long elements(List<Long> shape) {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Version 1.0 head of a little-endian array in C order, padded as NumPy pads it. */
    static byte[] write(NpyType type, List<Long> shape) {
        String order = type.size() == 1 ? "|" : "<";
        String sizes = shape.stream().map(size -> size + ",").collect(Collectors.joining(" "));
        if (shape.size() > 1) {
            sizes = sizes.substring(0, sizes.length() - 1);
        }
        String head = "{'descr': '" + order + type.code() + "', 'fortran_order': False, 'shape': (" + sizes + "), }";
        int fixed = MAGIC.length + 4;
        int padding = ALIGNMENT - (fixed + head.length() + 1) % ALIGNMENT;
        byte[] text = (head + " ".repeat(padding % ALIGNMENT) + "\n").getBytes(StandardCharsets.US_ASCII);
        ByteBuffer bytes = ByteBuffer.allocate(fixed + text.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.put(MAGIC)
                .put((byte) 1)
                .put((byte) 0)
                .putShort((short) text.length)
                .put(text);
        return bytes.array();
    }
}
