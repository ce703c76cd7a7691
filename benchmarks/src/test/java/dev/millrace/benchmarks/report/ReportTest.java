package dev.millrace.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.RowResult;
import dev.millrace.benchmarks.suite.Samples;
import dev.millrace.benchmarks.suite.Settings;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class ReportTest {
    private static final Settings SETTINGS =
            new Settings(3, 3, Duration.ofSeconds(6), Duration.ofMillis(500), Path.of("data"), Path.of("npm"), 0);

    private static final RowResult RATES = new RowResult(
            "append",
            "Appends & <more>",
            List.of(Measure.rate("events/s")),
            List.of(
                    line("Millrace", Samples.of(100, 200, 300)),
                    line("floor", Samples.of(400, 200, 1000)),
                    new RowResult.Line("Redis", List.of(), Optional.of("skipped: install it"), false)));

    private static RowResult.Line line(String subject, Samples... samples) {
        return new RowResult.Line(subject, List.of(samples), Optional.empty(), false);
    }

    @Test
    void should_write_a_table_with_the_ratio_of_each_line() {
        assertThat(MarkdownTable.of(RATES)).isEqualTo("""
                | | events/s | spread | ratio | spread of the ratio |
                |---|--:|--:|--:|--:|
                | Millrace | 200 | 100 - 300 | 1 |  |
                | floor | 400 | 200 - 1,000 | 0.30 | 0.25 - 1.00 |

                - Redis: skipped: install it""");
    }

    @Test
    void should_write_the_columns_of_each_measure() {
        RowResult latencies = new RowResult(
                "delivery",
                "Delivery",
                List.of(Measure.cost("p50, ms"), Measure.cost("p99, ms")),
                List.of(line("Millrace", Samples.of(2), Samples.of(6)), line("Redis", Samples.of(1), Samples.of(2))));
        assertThat(MarkdownTable.of(latencies).lines().toList())
                .last()
                .isEqualTo(
                        "| Redis | 1.00 | 1.00 - 1.00 | 2.00 | 2.00 - 2.00 | 2.00 | 2.00 - 2.00 | 3.00 | 3.00 - 3.00 |");
    }

    @Test
    void should_have_no_ratio_if_the_first_line_was_not_measured() {
        RowResult result = new RowResult(
                "row",
                "Row",
                List.of(Measure.rate("events/s")),
                List.of(
                        new RowResult.Line("Millrace", List.of(), Optional.of("failed: refused\nat x"), true),
                        line("floor", Samples.of(1))));
        assertThat(MarkdownTable.of(result)).isEqualTo("""
                | | events/s | spread | ratio | spread of the ratio |
                |---|--:|--:|--:|--:|
                | floor | 1.00 | 1.00 - 1.00 |  |  |

                - Millrace: failed: refused""");
    }

    @Test
    void should_draw_a_bar_of_the_median_and_a_line_of_the_spread() throws Exception {
        Document svg = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(BarChart.of(RATES).getBytes(StandardCharsets.UTF_8)));
        assertThat(svg.getDocumentElement().getTagName()).isEqualTo("svg");
        assertThat(svg.getElementsByTagName("title").item(0).getTextContent()).isEqualTo("Appends & <more>");
        double ours = number(withClass(svg, "rect", "bar", 0), "width");
        double floor = number(withClass(svg, "rect", "bar", 1), "width");
        assertThat(floor).isEqualTo(2 * ours);
        Element spread = withClass(svg, "line", "spread", 1);
        double left = number(withClass(svg, "rect", "bar", 1), "x");
        assertThat(number(spread, "x1") - left).isEqualTo(ours);
        assertThat(number(spread, "x2") - left).isEqualTo(5 * ours);
        assertThat(svg.getDocumentElement().getTextContent()).contains("Millrace", "floor", "more is better");
    }

    private static double number(Element element, String attribute) {
        return Double.parseDouble(element.getAttribute(attribute));
    }

    private static Element withClass(Document document, String tag, String name, int index) {
        NodeList elements = document.getElementsByTagName(tag);
        int found = 0;
        for (int i = 0; i < elements.getLength(); i++) {
            Element element = (Element) elements.item(i);
            if (element.getAttribute("class").equals(name) && found++ == index) {
                return element;
            }
        }
        throw new AssertionError("no " + tag + " " + index + " with the class " + name);
    }

    @Test
    void should_name_the_machine_and_write_each_row(@TempDir Path directory) throws Exception {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        Report report = Report.start(
                directory, new PrintStream(output, true, StandardCharsets.UTF_8), SETTINGS, List.of("Commit: abc"));
        report.add(RATES);
        String text = Files.readString(directory.resolve("report.md"));
        assertThat(text)
                .isEqualTo(output.toString(StandardCharsets.UTF_8))
                .contains(
                        "- Commit: abc",
                        "- Machine: ",
                        " cores",
                        "- JDK: ",
                        Runtime.version().toString())
                .contains("Rounds: 3 of 0.5 s, after a warm-up of 6.0 s")
                .contains("## append: Appends & <more>", "](append.svg)", "| Millrace | 200 |");
        assertThat(directory.resolve("append.svg")).exists();
    }

    @Test
    void should_say_after_how_many_rounds_all_are_started_anew(@TempDir Path directory) throws Exception {
        Settings restarted = new Settings(15, 3, Duration.ZERO, Duration.ZERO, Path.of("data"), Path.of("npm"), 0);
        PrintStream output = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Report.start(directory.resolve("once"), output, SETTINGS, List.of());
        Report.start(directory.resolve("restarted"), output, restarted, List.of());
        assertThat(Files.readString(directory.resolve("once/report.md"))).doesNotContain("started anew");
        assertThat(Files.readString(directory.resolve("restarted/report.md")))
                .contains("; all started anew after every 3 rounds. Figures are medians");
    }

    @Test
    void should_say_that_the_size_is_not_that_of_the_titles(@TempDir Path directory) throws Exception {
        Settings smaller = new Settings(1, 1, Duration.ZERO, Duration.ZERO, Path.of("data"), Path.of("npm"), 2000);
        PrintStream output = new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8);
        Report.start(directory.resolve("default"), output, SETTINGS, List.of());
        Report.start(directory.resolve("smaller"), output, smaller, List.of());
        assertThat(Files.readString(directory.resolve("default/report.md"))).doesNotContain("Size:");
        assertThat(Files.readString(directory.resolve("smaller/report.md"))).contains("- Size: 2000, instead of");
    }
}
