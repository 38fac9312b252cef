package io.fleetfit.agent.serve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fleetfit.agent.runtime.DirectionModel;
import io.fleetfit.agent.runtime.LoadedModel;
import io.fleetfit.agent.runtime.ModelSlots;
import io.fleetfit.agent.runtime.OrtEngine;
import io.fleetfit.agent.runtime.OrtVariantRuntime;
import io.fleetfit.agent.telemetry.TelemetryCollector;
import io.fleetfit.protocol.ExecutionSettings;
import io.fleetfit.protocol.picture.PictureReader;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalApiLimitsTest {
    private static final String CLASSIFY = "/v1/models/lines/classify";

    @TempDir
    Path folder;

    private final ModelSlots slots = new ModelSlots();
    private final OrtVariantRuntime runtime = new OrtVariantRuntime(new OrtEngine(), slots, new TelemetryCollector());
    private LocalApi api;

    @BeforeEach
    void start() throws Exception {
        Path file = DirectionModel.file(folder);
        try (LoadedModel model = new OrtEngine().load(file, ExecutionSettings.cpu())) {
            runtime.activate("lines", DirectionModel.manifest("a", model), ExecutionSettings.cpu(), file);
        }
        api = LocalApi.start("127.0.0.1", 0, slots, () -> "", "1");
    }

    @AfterEach
    void stop() {
        api.close();
        runtime.close();
    }

    /** Speaks HTTP by hand: clients of the JDK do not let the Host header be chosen. */
    private String call(String method, String path, String host, byte[] body) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port())) {
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            out.write((method + " " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\nContent-Length: "
                            + body.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(body);
            out.flush();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private String post(String path, byte[] body) throws IOException {
        return call("POST", path, "127.0.0.1", body);
    }

    private static byte[] text(String value) {
        return value.getBytes(StandardCharsets.UTF_8);
    }

    /** A few bytes that claim to be a picture of 30,000 × 30,000 pixels. */
    private static byte[] bomb() throws IOException {
        ByteArrayOutputStream header = new ByteArrayOutputStream();
        DataOutputStream fields = new DataOutputStream(header);
        fields.writeBytes("IHDR");
        fields.writeInt(30_000);
        fields.writeInt(30_000);
        fields.write(new byte[] {8, 2, 0, 0, 0});
        CRC32 crc = new CRC32();
        crc.update(header.toByteArray());
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(png);
        out.write(new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'});
        out.writeInt(13);
        out.write(header.toByteArray());
        out.writeInt((int) crc.getValue());
        out.writeInt(1_000_000);
        out.writeBytes("IDAT");
        return png.toByteArray();
    }

    private static byte[] white(int width, int height, String format) throws IOException {
        BufferedImage picture = new BufferedImage(width, height, BufferedImage.TYPE_BYTE_GRAY);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(picture, format, out);
        return out.toByteArray();
    }

    @Test
    void refusesAPictureThatWouldNotFitInMemory() throws Exception {
        assertThat(post(CLASSIFY, bomb())).contains(" 413 ").contains("30000 × 30000");
        byte[] tooLong = new byte[(int) Math.min(33 << 20, Runtime.getRuntime().maxMemory() / 4 + 1)];
        assertThat(post(CLASSIFY, tooLong)).contains(" 413 ").contains("at most");
    }

    @Test
    void thinsOutLargePicturesWhileItReadsThem() throws Exception {
        BufferedImage read = PictureReader.read(white(4000, 3000, "png"));

        assertThat((long) read.getWidth() * read.getHeight()).isLessThanOrEqualTo(PictureReader.MAX_DECODED_PIXELS);
        assertThat(post(CLASSIFY, white(4000, 3000, "jpeg"))).contains(" 200 ");
    }

    @Test
    void answersToItsOwnNamesOnly() throws Exception {
        assertThat(call("GET", "/v2", "attacker.example:80", new byte[0])).contains(" 421 ");
        assertThat(call("GET", "/v2", "localhost:" + api.port(), new byte[0])).contains(" 200 ");
        assertThat(call("GET", "/v2", "[::1]:" + api.port(), new byte[0])).contains(" 200 ");
    }

    @Test
    void servesTheVersionThatItIsAskedForOrSaysWhich() throws Exception {
        assertThat(call("GET", "/v2/models/lines/versions/1/ready", "localhost", new byte[0]))
                .contains(" 200 ");
        assertThat(call("GET", "/v2/models/lines/versions/2", "localhost", new byte[0]))
                .contains(" 404 ")
                .contains("serves version 1, not 2");
        assertThat(call("GET", CLASSIFY, "localhost", new byte[0]))
                .contains(" 405 ")
                .containsIgnoringCase("allow: post");
    }

    @Test
    void namesTheFieldOfARequestThatIsWrong() throws Exception {
        String infer = "/v2/models/lines/infer";
        assertThat(post(infer, text("{\"inputs\":{}}"))).contains(" 400 ").contains("inputs must be a list");
        assertThat(post(infer, text("{\"inputs\":[{\"name\":\"y\",\"data\":[]}]}")))
                .contains("inputs[0].name = 'y'");
        assertThat(post(infer, text(request("[1,3,48,1.5]", "[]"))))
                .contains("inputs[0].shape[3] must be a whole number");
        assertThat(post(infer, text(request("[1,3,48,192]", "[[1,\"a\"]]")))).contains("data holds 'a'");
        assertThat(post(infer, text(request("[1,3,48,192]", "[1,2]")))).contains("fewer values than shape says");
        assertThat(post(infer, text(request("[1,3,48,192]", "[1e99]")))).contains("data holds '1e99'");
        assertThat(post(infer, text(request("[1,3,48,192]", "[1"))))
                .contains(" 400 ")
                .contains("no JSON");
    }

    private static String request(String shape, String data) {
        return "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\",\"shape\":" + shape + ",\"data\":" + data + "}]}";
    }

    @Test
    void takesAReplacedPictureAgainAndEndsATornLine() throws Exception {
        Path inbox = Files.createDirectories(folder.resolve("inbox"));
        Path output = folder.resolve("results.jsonl");
        Files.writeString(output, "{\"file\":\"a.png\",\"byt");
        Files.write(inbox.resolve("a.png"), white(200, 40, "png"));

        try (WatchedFolder watched = WatchedFolder.start(inbox, "lines", output, slots, Clock.systemUTC())) {
            assertThat(watched).isNotNull();
            await().untilAsserted(() -> assertThat(Files.readAllLines(output)).hasSize(2));
            Files.write(inbox.resolve("a.png"), white(220, 40, "png"));
            await().untilAsserted(() -> assertThat(Files.readAllLines(output)).hasSize(3));
        }

        assertThat(Files.readAllLines(output).subList(1, 3))
                .allSatisfy(
                        line -> assertThat(line).startsWith("{").endsWith("}").contains("\"label\""));
    }
}
