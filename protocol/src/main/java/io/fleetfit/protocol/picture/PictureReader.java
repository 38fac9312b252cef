package io.fleetfit.protocol.picture;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import javax.imageio.ImageIO;
import javax.imageio.ImageReadParam;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * Decodes JPEG and PNG within a small heap. The size stands in the header and is checked before a pixel is decoded; a
 * picture beyond {@link #MAX_DECODED_PIXELS} is thinned out row by row while it is read, and of the larger ones one is
 * decoded at a time.
 */
public final class PictureReader {
    /** Pixels of the largest picture taken: what a good camera makes. */
    public static final long MAX_PIXELS = 64_000_000;
    /** Longest side; decoders hold a few rows at once. */
    public static final int MAX_SIDE = 32_768;
    /** Pixels of a progressive JPEG, which its decoder holds in full outside the heap, 3 to 6 bytes each. */
    public static final long MAX_PROGRESSIVE_PIXELS = 16_000_000;
    /** Pixels kept in memory at most: 3 to 8 MB. */
    public static final long MAX_DECODED_PIXELS = 1_000_000;

    private static final long LARGE_PIXELS = 250_000;
    private static final Set<String> FORMATS = Set.of("jpeg", "png");
    private static final Lock ONE_LARGE = new ReentrantLock();

    private static final int START_OF_SCAN = 0xda;
    private static final int PROGRESSIVE_FRAME = 0xc2;

    static {
        System.setProperty("java.awt.headless", "true"); // daemons have no display, and boards lack its libraries
        ImageIO.setUseCache(false); // no temporary files
    }

    private PictureReader() {}

    /**
     * The picture, maybe thinned out.
     *
     * @throws PictureException neither JPEG nor PNG, broken, or too large
     */
    public static BufferedImage read(byte[] file) throws PictureException {
        return with(file, PictureReader::decode);
    }

    /** Width and height that the picture's header says; nothing is decoded. */
    public static int[] size(byte[] file) throws PictureException {
        return with(file, reader -> new int[] {reader.getWidth(0), reader.getHeight(0)});
    }

    private interface Reading<T> {
        T read(ImageReader reader) throws IOException;
    }

    private static <T> T with(byte[] file, Reading<T> reading) throws PictureException {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
            Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
            ImageReader reader = readers.hasNext() ? readers.next() : null;
            if (reader == null || !FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                throw PictureException.unreadable("the picture is neither JPEG nor PNG");
            }
            try {
                reader.setInput(in, true, true);
                requireSize(reader.getWidth(0), reader.getHeight(0), isProgressiveJpeg(file));
                return reading.read(reader);
            } finally {
                reader.dispose();
            }
        } catch (IOException | RuntimeException e) {
            throw PictureException.unreadable("the picture cannot be read: " + e.getMessage());
        }
    }

    private static void requireSize(int width, int height, boolean progressive) throws PictureException {
        long pixels = (long) width * height;
        long most = progressive ? MAX_PROGRESSIVE_PIXELS : MAX_PIXELS;
        if (pixels > most || Math.max(width, height) > MAX_SIDE) {
            throw PictureException.tooLarge("the picture has " + width + " × " + height + " pixels; at most " + most
                    + " in all" + (progressive ? " for a progressive JPEG" : "") + " and " + MAX_SIDE
                    + " a side; send it smaller");
        }
    }

    private static BufferedImage decode(ImageReader reader) throws IOException {
        long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
        ImageReadParam how = reader.getDefaultReadParam();
        int step = (int) Math.ceil(Math.sqrt((double) pixels / MAX_DECODED_PIXELS));
        how.setSourceSubsampling(Math.max(1, step), Math.max(1, step), 0, 0);
        if (pixels <= LARGE_PIXELS) {
            return reader.read(0, how);
        }
        ONE_LARGE.lock();
        try {
            return reader.read(0, how);
        } finally {
            ONE_LARGE.unlock();
        }
    }

    /** Looks for the frame header among the segments before the first scan. */
    private static boolean isProgressiveJpeg(byte[] file) {
        int at = 2;
        while (at + 4 <= file.length && file[0] == (byte) 0xff && file[at] == (byte) 0xff) {
            int marker = file[at + 1] & 0xff;
            if (marker == PROGRESSIVE_FRAME || marker == START_OF_SCAN) {
                return marker == PROGRESSIVE_FRAME;
            }
            int length = (file[at + 2] & 0xff) << 8 | (file[at + 3] & 0xff);
            at += marker == 0xff ? 1 : 2 + length; // 0xff may be repeated as filling
        }
        return false;
    }
}
