package io.fleetfit.cli.page;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.fleetfit.cli.page.Labels.Box;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.xml.sax.InputSource;

class FrontPageTest {
    private static JsonNode comparison() throws IOException {
        try (InputStream in = FrontPageTest.class.getResourceAsStream("comparison.json")) {
            return new ObjectMapper().readTree(Objects.requireNonNull(in));
        }
    }

    @Test
    void shows_every_variant_in_plot_and_table_and_every_reason() throws Exception {
        JsonNode comparison = comparison();

        String page = FrontPage.of(comparison);

        String target = System.getProperty("fleetfit.test.page");
        if (target != null) {
            Files.writeString(Path.of(target), page);
        }
        for (JsonNode variant : comparison.path("variants")) {
            String name = variant.path("name").asText();
            assertThat(page).contains("<td class=\"name\">" + name + "</td>", "<title>" + name + "</title>");
        }
        assertThat(page)
                .contains(
                        "hopeless at the first look",
                        "0.8925<small>0.862 – 0.923</small>",
                        "measured here counts",
                        "400 samples")
                .contains("Xeon(R) Processor &lt;2.1 GHz&gt;", "none &amp; &lt;more&gt;")
                .doesNotContain("<script", "http", "src=", "url(");
    }

    @Test
    void plots_are_well_formed_and_nothing_leaves_them() throws Exception {
        String page = FrontPage.of(comparison());

        int plots = 0;
        for (int at = page.indexOf("<svg"); at >= 0; at = page.indexOf("<svg", at + 1)) {
            String svg = page.substring(at, page.indexOf("</svg>", at) + 6);
            Document plot = DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new InputSource(new StringReader(svg)));
            var circles = plot.getElementsByTagName("circle");
            for (int i = 0; i < circles.getLength(); i++) {
                double x = Double.parseDouble(
                        circles.item(i).getAttributes().getNamedItem("cx").getNodeValue());
                double y = Double.parseDouble(
                        circles.item(i).getAttributes().getNamedItem("cy").getNodeValue());
                assertThat(x).isBetween(0.0, 720.0);
                assertThat(y).isBetween(0.0, 430.0);
            }
            assertThat(circles.getLength()).isGreaterThanOrEqualTo(9);
            plots++;
        }
        assertThat(plots).as("latency and work").isEqualTo(2);
    }

    @Test
    void a_version_without_figures_has_a_page_too() {
        JsonNode bare = JsonNodeFactory.instance
                .objectNode()
                .put("model", "net")
                .put("version", "1")
                .put("metric", "top1")
                .set("variants", JsonNodeFactory.instance.arrayNode());

        assertThat(FrontPage.of(bare)).contains("net@1", "No search").doesNotContain("<svg");
    }

    @Test
    void labels_cover_neither_marks_nor_each_other() {
        Random random = new Random(3);
        for (int trial = 0; trial < 50; trial++) {
            Labels labels = new Labels(new Box(0, 0, 640, 356));
            List<double[]> marks = new ArrayList<>();
            for (int i = 0; i < 12; i++) {
                double[] mark = {40 + random.nextDouble() * 560, 40 + random.nextDouble() * 270, 12};
                marks.add(mark);
                labels.avoid(new Box(mark[0] - 12, mark[1] - 12, mark[0] + 12, mark[1] + 12));
            }
            List<Box> placed = new ArrayList<>();
            for (double[] mark : marks) {
                Box box = labels.place("int8-arm.4", mark[0], mark[1], mark[2]).box();
                assertThat(placed).noneMatch(box::meets);
                assertThat(marks)
                        .noneMatch(other ->
                                box.meets(new Box(other[0] - 12, other[1] - 12, other[0] + 12, other[1] + 12)));
                placed.add(box);
            }
        }
    }
}
