package io.fleetfit.prometheus;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fleetfit.rollout.MetricQuery;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks instant queries of the HTTP API of a Prometheus ({@code /api/v1/query}). A scalar, or a vector of one element, is a
 * number; everything else, a wrong answer and silence too, is none.
 */
public final class PrometheusQuery implements MetricQuery {
    private static final Logger LOG = LoggerFactory.getLogger(PrometheusQuery.class);
    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(PATIENCE).build();
    private final URI base;

    /** @param base for example {@code http://prometheus:9090} */
    public PrometheusQuery(URI base) {
        this.base = base;
    }

    @Override
    public double value(String query) {
        String path = base.toString().replaceAll("/+$", "") + "/api/v1/query?query="
                + URLEncoder.encode(query, StandardCharsets.UTF_8);
        try {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(URI.create(path)).timeout(PATIENCE).build(),
                    HttpResponse.BodyHandlers.ofString());
            double value = answer.statusCode() == 200 ? number(answer.body()) : Double.NaN;
            if (Double.isNaN(value)) {
                LOG.warn("the query {} gave no number: status {}", query, answer.statusCode());
            }
            return value;
        } catch (IOException e) {
            LOG.warn("no answer from {}: {}", base, String.valueOf(e.getMessage()));
            return Double.NaN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Double.NaN;
        }
    }

    /** The number of an answer; NaN if it holds none, or several. */
    static double number(String body) {
        try {
            JsonNode data = JSON.readTree(body).path("data");
            JsonNode result = data.path("result");
            JsonNode value =
                    switch (data.path("resultType").asText()) {
                        case "scalar" -> result.path(1);
                        case "vector" ->
                            result.size() == 1 ? result.path(0).path("value").path(1) : result.path(-1);
                        default -> result.path(-1);
                    };
            return value.isTextual() ? Double.parseDouble(value.asText()) : Double.NaN;
        } catch (JsonProcessingException | NumberFormatException e) {
            return Double.NaN;
        }
    }
}
