package io.fleetfit.deploy.demo;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontFormatException;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.TextLayout;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;

/**
 * Renders lines of text with known direction: upright ({@code 0}) or upside down ({@code 180}), in several fonts, sizes
 * and colours, on plain and noisy paper. The same seed gives the same lines. The fonts come with the demo, so that it
 * needs none of the machine's.
 */
public final class LineImages {
    private static final List<String> FONT_FILES =
            List.of("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSerif.ttf", "DejaVuSansMono.ttf");
    private static final List<String> WORDS = List.of(
            "Invoice",
            "Total",
            "Amount",
            "Delivery",
            "Street",
            "Number",
            "Order",
            "Customer",
            "Warehouse",
            "Shipping",
            "Payment",
            "Receipt",
            "Balance",
            "Account",
            "Station",
            "Platform",
            "Departure",
            "Arrival",
            "Ticket",
            "Reference",
            "Quantity",
            "Product",
            "Serial",
            "Voltage",
            "Pressure",
            "Factory",
            "Quality",
            "Inspection",
            "Package",
            "Address",
            "Telephone",
            "January",
            "October",
            "Monday",
            "Friday",
            "Gate",
            "Terminal",
            "Batch");
    private static final int HEIGHT = 48;

    private final List<Font> fonts;

    /** Loads the fonts. */
    public LineImages() {
        fonts = FONT_FILES.stream().map(LineImages::font).toList();
    }

    /**
     * One labelled line.
     *
     * @param text what it says
     * @param label {@code 0} or {@code 180}
     * @param image the picture
     */
    public record Line(String text, String label, BufferedImage image) {
        /** The picture as a PNG file. */
        public byte[] png() {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            try {
                ImageIO.write(image, "png", out);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return out.toByteArray();
        }
    }

    /** Renders {@code count} lines, every second of them upside down. */
    public List<Line> render(int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count).mapToObj(i -> line(random, i % 2 == 1)).toList();
    }

    private Line line(Random random, boolean upsideDown) {
        String text = text(random);
        Font font = fonts.get(random.nextInt(fonts.size())).deriveFont(30f + random.nextInt(6));
        BufferedImage image = paint(text, font, random);
        return new Line(text, upsideDown ? "180" : "0", upsideDown ? turned(image) : image);
    }

    private static String text(Random random) {
        String first = WORDS.get(random.nextInt(WORDS.size()));
        return switch (random.nextInt(3)) {
            case 0 -> first + " " + WORDS.get(random.nextInt(WORDS.size()));
            case 1 -> first + " " + (100 + random.nextInt(9000));
            default -> first + ": " + WORDS.get(random.nextInt(WORDS.size())).toLowerCase(java.util.Locale.ROOT);
        };
    }

    private static BufferedImage paint(String text, Font font, Random random) {
        Rectangle2D bounds = new TextLayout(
                        text,
                        font,
                        graphics(new BufferedImage(1, 1, BufferedImage.TYPE_3BYTE_BGR))
                                .getFontRenderContext())
                .getBounds();
        BufferedImage image = new BufferedImage((int) bounds.getWidth() + 24, HEIGHT, BufferedImage.TYPE_3BYTE_BGR);
        Graphics2D graphics = graphics(image);
        boolean darkPaper = random.nextInt(4) == 0;
        graphics.setColor(shade(random, darkPaper));
        graphics.fillRect(0, 0, image.getWidth(), HEIGHT);
        graphics.setColor(shade(random, !darkPaper));
        double baseline = (HEIGHT - bounds.getHeight()) / 2 - bounds.getY();
        new TextLayout(text, font, graphics.getFontRenderContext())
                .draw(graphics, (float) (12 - bounds.getX()), (float) baseline);
        graphics.dispose();
        if (random.nextBoolean()) {
            addNoise(image, random);
        }
        return image;
    }

    private static Graphics2D graphics(BufferedImage image) {
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        return graphics;
    }

    private static Color shade(Random random, boolean dark) {
        int base = dark ? 0 : 185;
        return new Color(base + random.nextInt(70), base + random.nextInt(70), base + random.nextInt(70));
    }

    private static void addNoise(BufferedImage image, Random random) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int shift = (int) (random.nextGaussian() * 10);
                Color colour = new Color(image.getRGB(x, y));
                image.setRGB(
                        x,
                        y,
                        new Color(
                                        bounded(colour.getRed() + shift),
                                        bounded(colour.getGreen() + shift),
                                        bounded(colour.getBlue() + shift))
                                .getRGB());
            }
        }
    }

    private static int bounded(int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static BufferedImage turned(BufferedImage image) {
        BufferedImage turned = new BufferedImage(image.getWidth(), image.getHeight(), image.getType());
        Graphics2D graphics = turned.createGraphics();
        graphics.rotate(Math.PI, image.getWidth() / 2.0, image.getHeight() / 2.0);
        graphics.drawImage(image, 0, 0, null);
        graphics.dispose();
        return turned;
    }

    private static Font font(String file) {
        try (InputStream in =
                LineImages.class.getClassLoader().getResourceAsStream("net/sf/jasperreports/fonts/dejavu/" + file)) {
            if (in == null) {
                throw new IllegalStateException("the font " + file + " is not on the class path");
            }
            return Font.createFont(Font.TRUETYPE_FONT, in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (FontFormatException e) {
            throw new IllegalStateException("the font " + file + " cannot be read", e);
        }
    }
}
