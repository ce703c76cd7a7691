package dev.millrace.contracts.tck;

import dev.millrace.contracts.tck.CheckResult.Result;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** The checks as a JUnit XML file, which build servers read. */
final class JunitReport {
    private final List<CheckResult> checks;

    JunitReport(List<CheckResult> checks) {
        this.checks = checks;
    }

    /** Writes the file, or replaces it; creates its directories. */
    void writeTo(Path file) throws IOException {
        Path absolute = file.toAbsolutePath();
        Files.createDirectories(absolute.resolveSibling(""));
        try (Writer out = Files.newBufferedWriter(absolute, StandardCharsets.UTF_8)) {
            XMLStreamWriter xml = XMLOutputFactory.newFactory().createXMLStreamWriter(out);
            write(xml);
            xml.close();
        } catch (XMLStreamException e) {
            throw new IOException("report not written: " + file + "; " + e.getMessage(), e);
        }
    }

    private void write(XMLStreamWriter xml) throws XMLStreamException {
        Map<String, List<CheckResult>> suites = checks.stream()
                .collect(Collectors.groupingBy(CheckResult::suite, LinkedHashMap::new, Collectors.toList()));
        xml.writeStartDocument("UTF-8", "1.0");
        xml.writeStartElement("testsuites");
        counts(xml, "millrace tck", checks);
        for (Map.Entry<String, List<CheckResult>> suite : suites.entrySet()) {
            xml.writeStartElement("testsuite");
            counts(xml, suite.getKey(), suite.getValue());
            for (CheckResult check : suite.getValue()) {
                write(xml, check);
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
        xml.writeEndDocument();
    }

    private static void counts(XMLStreamWriter xml, String name, List<CheckResult> checks) throws XMLStreamException {
        xml.writeAttribute("name", name);
        xml.writeAttribute("tests", String.valueOf(checks.size()));
        xml.writeAttribute("failures", count(checks, Result.FAILED));
        xml.writeAttribute("errors", "0");
        xml.writeAttribute("skipped", count(checks, Result.SKIPPED));
        xml.writeAttribute(
                "time", seconds(checks.stream().map(CheckResult::time).reduce(Duration.ZERO, Duration::plus)));
    }

    private static void write(XMLStreamWriter xml, CheckResult check) throws XMLStreamException {
        xml.writeStartElement("testcase");
        xml.writeAttribute("classname", "millrace.tck." + check.suite());
        xml.writeAttribute("name", printable(check.name()));
        xml.writeAttribute("time", seconds(check.time()));
        if (check.result() == Result.SKIPPED) {
            xml.writeEmptyElement("skipped");
            xml.writeAttribute("message", printable(check.why().orElse("")));
        } else if (check.result() == Result.FAILED) {
            xml.writeStartElement("failure");
            xml.writeAttribute("message", printable(check.why().orElse("")));
            Throwable thrown = check.failure();
            if (thrown != null) {
                xml.writeAttribute("type", thrown.getClass().getName());
                StringWriter trace = new StringWriter();
                thrown.printStackTrace(new PrintWriter(trace));
                xml.writeCharacters(printable(trace.toString()));
            }
            xml.writeEndElement();
        }
        xml.writeEndElement();
    }

    private static String count(List<CheckResult> checks, Result result) {
        return String.valueOf(
                checks.stream().filter(check -> check.result() == result).count());
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.3f", time.toMillis() / 1000.0);
    }

    /** Replaces the characters that XML cannot represent. */
    private static String printable(String text) {
        return text.codePoints()
                .map(c -> c == '\n'
                                || c == '\t'
                                || (c >= 0x20 && c < 0xD800)
                                || (c > 0xDFFF && c != 0xFFFE && c != 0xFFFF)
                        ? c
                        : '\uFFFD')
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }
}
