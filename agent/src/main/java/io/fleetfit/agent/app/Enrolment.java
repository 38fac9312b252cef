package io.fleetfit.agent.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.connect.Tls;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Turns the one-time token into the device's own credentials. */
final class Enrolment {
    private static final Duration TIMEOUT = Duration.ofSeconds(20);

    private Enrolment() {}

    /** The controller said no; another try with the same token is of no use. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        Refused(String message) {
            super(message);
        }
    }

    /**
     * Asks the controller once.
     *
     * @throws IOException the controller cannot be reached or has trouble of its own; try again later
     * @throws Refused it says no
     */
    static Credentials enrol(
            AgentConfig.ControllerAccess controller, @Nullable String deviceId, Capabilities capabilities)
            throws IOException, InterruptedException, Refused {
        HttpRequest request = HttpRequest.newBuilder(endpoint(controller.url()))
                .timeout(TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body(controller, deviceId, capabilities)))
                .build();
        HttpClient client = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(TIMEOUT)
                .sslContext(Tls.context(controller.trustedCertificates()))
                .build();
        HttpResponse<byte[]> response = client.send(request, HttpResponse.BodyHandlers.ofByteArray());
        int status = response.statusCode();
        if (status == 200 || status == 201) {
            Credentials credentials = Credentials.parse(response.body());
            credentials.publicKey();
            return credentials;
        }
        String text = "the controller at " + controller.url() + " answered " + status + ": " + detail(response.body());
        if (status >= 400 && status < 500 && status != 408 && status != 429) {
            throw new Refused(text);
        }
        throw new IOException(text);
    }

    private static URI endpoint(URI controller) {
        String base = controller.toString();
        return URI.create((base.endsWith("/") ? base : base + "/") + "api/v1/enrolments");
    }

    private static byte[] body(
            AgentConfig.ControllerAccess controller, @Nullable String deviceId, Capabilities capabilities)
            throws IOException {
        ObjectMapper mapper = JsonCodec.mapper();
        ObjectNode body = mapper.createObjectNode();
        body.put("token", controller.enrolmentToken());
        if (deviceId != null) {
            body.put("deviceId", deviceId);
        }
        body.set("capabilities", mapper.valueToTree(capabilities));
        return mapper.writeValueAsBytes(body);
    }

    /** The detail of an RFC 9457 problem, or the beginning of whatever it was. */
    private static String detail(byte[] body) {
        String text = new String(body, java.nio.charset.StandardCharsets.UTF_8);
        try {
            JsonNode problem = new ObjectMapper().readTree(text);
            if (problem != null && problem.hasNonNull("detail")) {
                String remedy = problem.path("remedy").asText("");
                return problem.get("detail").asText() + (remedy.isEmpty() ? "" : " (" + remedy + ")");
            }
        } catch (JsonProcessingException e) {
            return text.substring(0, Math.min(200, text.length()));
        }
        return text.substring(0, Math.min(200, text.length()));
    }
}
