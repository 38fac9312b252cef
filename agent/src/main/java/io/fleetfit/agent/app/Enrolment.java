package io.fleetfit.agent.app;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fleetfit.agent.connect.Tls;
import io.fleetfit.protocol.Capabilities;
import io.fleetfit.protocol.JsonCodec;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.HttpsURLConnection;
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
            throws IOException, Refused {
        HttpURLConnection connection =
                (HttpURLConnection) endpoint(controller.url()).toURL().openConnection();
        try {
            if (connection instanceof HttpsURLConnection secure) {
                secure.setSSLSocketFactory(
                        Tls.context(controller.trustedCertificates()).getSocketFactory());
            }
            return answer(controller, post(connection, body(controller, deviceId, capabilities)));
        } finally {
            connection.disconnect();
        }
    }

    /** Status and content of an answer. */
    private record Response(int status, String body) {}

    /** By the JDK's older client: the newer one loads hundreds of classes, TLS among them, for one request in a life. */
    private static Response post(HttpURLConnection connection, byte[] body) throws IOException {
        connection.setConnectTimeout((int) TIMEOUT.toMillis());
        connection.setReadTimeout((int) TIMEOUT.toMillis());
        connection.setInstanceFollowRedirects(false);
        connection.setRequestMethod("POST");
        connection.setRequestProperty("Content-Type", "application/json");
        connection.setDoOutput(true);
        try (OutputStream out = connection.getOutputStream()) {
            out.write(body);
        }
        int status = connection.getResponseCode();
        try (InputStream in = status >= 400 ? connection.getErrorStream() : connection.getInputStream()) {
            return new Response(status, in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Credentials answer(AgentConfig.ControllerAccess controller, Response response)
            throws IOException, Refused {
        int status = response.status();
        if (status == 200 || status == 201) {
            Credentials credentials = Credentials.parse(response.body().getBytes(StandardCharsets.UTF_8));
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
    private static String detail(String text) {
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
