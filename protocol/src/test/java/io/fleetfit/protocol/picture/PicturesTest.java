package io.fleetfit.protocol.picture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fleetfit.protocol.Digest;
import io.fleetfit.protocol.ImageInput;
import io.fleetfit.protocol.ImageInput.Channels;
import io.fleetfit.protocol.ImageInput.Layout;
import io.fleetfit.protocol.ImageInput.Resize;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PicturesTest {
    /** Red grows to the right, green downwards, blue is their pattern: every wrong turn shows. */
    private static byte[] png(int width, int height) throws IOException {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                picture.setRGB(x, y, ((x * 255 / width) << 16) | ((y * 255 / height) << 8) | ((x ^ y) & 0xff));
            }
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(picture, "png", out);
        return out.toByteArray();
    }

    private static ImageInput input(Resize resize, Layout layout, Channels channels) {
        return new ImageInput(
                24,
                16,
                resize,
                layout,
                channels,
                1 / 255.0,
                List.of(0.485, 0.456, 0.406),
                List.of(0.229, 0.224, 0.225));
    }

    private static float[] tensor(byte[] file, ImageInput input) throws PictureException {
        int elements = 1;
        for (long size : PictureShape.of(input)) {
            elements *= (int) size;
        }
        float[] values = new float[elements];
        Pictures.write(file, input, FloatBuffer.wrap(values));
        return values;
    }

    /** Digests of the tensors' little-endian bytes as the first release made them; a change of pixels changes every model. */
    @ParameterizedTest
    @CsvSource({
        "STRETCH, NCHW, RGB, 2be98f47d366",
        "CENTER_CROP, NCHW, BGR, c9ed74c9877d",
        "CENTER_CROP, NHWC, RGB, f7b7d3ecacb1",
        "PAD_RIGHT, NCHW, RGB, c02b2f9783b1",
        "PAD_RIGHT, NHWC, GRAY, 662ab8752b99"
    })
    void pixels_stay_what_they_are(Resize resize, Layout layout, Channels channels, String digest) throws Exception {
        float[] values = tensor(png(70, 33), input(resize, layout, channels));

        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        assertThat(Digest.of(bytes.array()).shortHex()).isEqualTo(digest);
    }

    @Test
    void channels_and_layouts_hold_the_same_numbers() throws Exception {
        byte[] file = png(24, 16);
        float[] planes = tensor(file, input(Resize.STRETCH, Layout.NCHW, Channels.RGB));
        float[] pixels = tensor(file, input(Resize.STRETCH, Layout.NHWC, Channels.RGB));

        for (int at = 0; at < 24 * 16; at++) {
            int x = at % 24;
            int y = at / 24;
            int red = x * 255 / 24;
            int green = y * 255 / 16;
            assertThat(pixels[at * 3]).isEqualTo(planes[at]);
            assertThat(planes[at]).isEqualTo((float) ((red / 255.0 - 0.485) / 0.229));
            assertThat(pixels[at * 3 + 1]).isEqualTo((float) ((green / 255.0 - 0.456) / 0.224));
            assertThat(planes[2 * 24 * 16 + at]).isEqualTo((float) (((x ^ y) / 255.0 - 0.406) / 0.225));
        }
    }

    @Test
    void places_are_where_the_pixels_go() {
        ImageInput crop = input(Resize.CENTER_CROP, Layout.NCHW, Channels.RGB);
        assertThat(PicturePlace.of(48, 16, crop)).isEqualTo(new PicturePlace(-12, 0, 48, 16));
        assertThat(PicturePlace.of(24, 32, crop)).isEqualTo(new PicturePlace(0, -8, 24, 32));
        ImageInput pad = input(Resize.PAD_RIGHT, Layout.NCHW, Channels.RGB);
        assertThat(PicturePlace.of(16, 16, pad)).isEqualTo(new PicturePlace(0, 0, 16, 16));
        assertThat(PicturePlace.of(48, 16, pad)).isEqualTo(new PicturePlace(0, 0, 24, 8));
        assertThat(PicturePlace.of(9, 9, input(Resize.STRETCH, Layout.NCHW, Channels.RGB)))
                .isEqualTo(new PicturePlace(0, 0, 24, 16));
    }

    @Test
    void reads_the_size_without_decoding_and_refuses_other_files() throws Exception {
        assertThat(PictureReader.size(png(70, 33))).containsExactly(70, 33);
        assertThatThrownBy(() -> PictureReader.read("GIF89a".getBytes(StandardCharsets.US_ASCII)))
                .isInstanceOf(PictureException.class)
                .hasMessageContaining("neither JPEG nor PNG");
        byte[] cut = java.util.Arrays.copyOf(png(70, 33), 60);
        assertThatThrownBy(() -> PictureReader.read(cut)).isInstanceOf(PictureException.class);
    }
}
