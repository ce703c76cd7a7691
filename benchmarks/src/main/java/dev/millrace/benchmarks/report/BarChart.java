package dev.millrace.benchmarks.report;

import dev.millrace.benchmarks.suite.Figures;
import dev.millrace.benchmarks.suite.Measure;
import dev.millrace.benchmarks.suite.RowResult;
import dev.millrace.benchmarks.suite.Samples;
import java.util.List;
import java.util.Locale;

/** A row of the suite as an SVG chart: for each measure and subject a bar of the median, with a line for the spread. */
final class BarChart {
    private static final int WIDTH = 760;
    private static final int LEFT = 250;
    private static final int LONGEST = 390;
    private static final int LINE = 26;
    private static final int BAR = 16;
    private static final int TOP = 34;

    private final StringBuilder svg = new StringBuilder();
    private int y = TOP;

    private BarChart() {}

    static String of(RowResult result) {
        BarChart chart = new BarChart();
        for (int i = 0; i < result.measures().size(); i++) {
            chart.measure(result.measures().get(i), i, result.measured());
        }
        return """
                <svg xmlns="http://www.w3.org/2000/svg" width="%1$d" height="%2$d" viewBox="0 0 %1$d %2$d" \
                font-family="sans-serif" font-size="13" fill="#222222" role="img">
                <title>%3$s</title>
                <rect width="%1$d" height="%2$d" fill="#ffffff"/>
                <text x="12" y="22" font-size="15" font-weight="bold">%3$s</text>
                %4$s</svg>
                """.formatted(WIDTH, chart.y + 8, escaped(result.title()), chart.svg);
    }

    private void measure(Measure measure, int index, List<RowResult.Line> lines) {
        double most = lines.stream()
                .mapToDouble(line -> line.samples().get(index).max())
                .max()
                .orElse(1);
        double scale = LONGEST / (most > 0 ? most : 1);
        y += LINE;
        add(
                "<text x=\"12\" y=\"%d\" fill=\"#555555\">%s</text>",
                y - 8, escaped(measure.unit() + (measure.isMoreBetter() ? ", more is better" : ", less is better")));
        for (int i = 0; i < lines.size(); i++) {
            bar(lines.get(i).subject(), lines.get(i).samples().get(index), scale, i == 0 ? "#1f6feb" : "#9aa7b5");
        }
    }

    private void bar(String subject, Samples samples, double scale, String color) {
        int middle = y + BAR / 2;
        double end = LEFT + scale * samples.max();
        add("<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>", LEFT - 8, y + 13, escaped(subject));
        add(
                "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>",
                LEFT, y, scale * samples.median(), BAR, color);
        add(
                "<line class=\"spread\" x1=\"%.1f\" y1=\"%d\" x2=\"%.1f\" y2=\"%d\" stroke=\"#222222\"/>",
                LEFT + scale * samples.min(), middle, end, middle);
        add("<text x=\"%.1f\" y=\"%d\">%s</text>", end + 8, y + 13, Figures.text(samples.median()));
        y += LINE;
    }

    private void add(String format, Object... values) {
        svg.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
