import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/**
 * Reports on a Maven run: the times of the modules, the slowest tests, the flaky tests and the skipped tests. The tests
 * come from Surefire's XML reports, the wall times from Maven's log.
 *
 * <p>It needs a JDK of 17 or newer: {@code java .ci/SuiteReport.java --help}.
 */
final class SuiteReport {
    private static final String USAGE = """
        usage: java .ci/SuiteReport.java COMMAND [OPTION...]

        commands:
          times          table of the modules: wall time, time in tests, time outside tests, number of tests
          slowest [N]    the N slowest tests (default 50): seconds, module, Class#method
          flaky          one line for each test that failed and passed on the rerun
          skipped        one line for each skipped test
          count          number of tests

        options:
          --root DIR     parent directory of the modules (default: the current directory);
                         the reports are DIR/*/target/surefire-reports/TEST-*.xml
          --log FILE     Maven's log of the run; required by times
          --newer FILE   skip reports that are not newer than FILE
          --help         print this text

        exit status: 0 on success, 1 when a file cannot be read, 2 on wrong arguments
        """;

    private static final int LONGEST_MESSAGE = 200;

    private final PrintStream out;
    private final PrintStream err;

    private SuiteReport(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    public static void main(String[] args) {
        PrintStream out = utf8(FileDescriptor.out);
        PrintStream err = utf8(FileDescriptor.err);
        int status;
        try {
            status = new SuiteReport(out, err).run(Options.parse(args));
        } catch (WrongArguments e) {
            err.println("SuiteReport: " + e.getMessage());
            err.print(USAGE);
            status = 2;
        } catch (IOException e) {
            err.println("SuiteReport: cannot read " + e.getMessage());
            status = 1;
        }
        System.exit(status);
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }

    private int run(Options options) throws IOException {
        if (options.command().equals("help")) {
            out.print(USAGE);
            return 0;
        }
        Reports reports = Reports.read(options.root(), options.newer());
        switch (options.command()) {
            case "times" -> times(reports, Log.read(options.log()));
            case "slowest" -> slowest(reports.tests(), options.limit());
            case "flaky" -> print("FLAKY", reports.tests(), TestCase::flaky);
            case "skipped" -> print("SKIPPED", reports.tests(), TestCase::skipped);
            case "count" -> out.println(reports.tests().size());
            default -> throw new IllegalStateException(options.command());
        }
        reports.unreadable().forEach(reason -> err.println("SuiteReport: cannot read " + reason));
        return reports.unreadable().isEmpty() ? 0 : 1;
    }

    private void print(String what, List<TestCase> tests, Function<TestCase, String> message) {
        tests.stream()
                .filter(test -> message.apply(test) != null)
                .forEach(test -> out.println(what + " " + test.name() + ": " + message.apply(test)));
    }

    private void times(Reports reports, Log log) {
        Map<String, List<TestCase>> modules = new LinkedHashMap<>();
        log.modules().keySet().forEach(module -> modules.put(module, new ArrayList<>()));
        for (TestCase test : reports.tests()) {
            modules.computeIfAbsent(test.module(), module -> new ArrayList<>()).add(test);
        }
        out.println("Wall time: from Maven's Reactor Summary. In tests: sum over the test methods. Outside tests:");
        out.println("the difference, which is compiling and starting JVMs and servers; it is negative when forks");
        out.println("run in parallel. All times in seconds.");
        String format = "%-40s %10s %10s %14s %8s%n";
        out.printf(format, "module", "wall time", "in tests", "outside tests", "tests");
        double sumOfWallTimes = 0;
        for (Map.Entry<String, List<TestCase>> module : modules.entrySet()) {
            Double wall = log.modules().get(module.getKey());
            List<TestCase> tests = module.getValue();
            sumOfWallTimes += wall == null ? 0 : wall;
            out.printf(format, row(module.getKey(), wall, tests));
        }
        Double sum = log.modules().isEmpty() ? null : (Double) sumOfWallTimes;
        out.printf(format, row("sum", sum, reports.tests()));
        if (log.modules().isEmpty()) {
            out.println("The log has no Reactor Summary, so the wall times are missing.");
        }
        if (log.total() != null) {
            out.println("Maven's total time: " + seconds(log.total()) + " s");
        }
    }

    private static Object[] row(String name, Double wall, List<TestCase> tests) {
        double inTests = secondsIn(tests);
        String outside = wall == null ? "-" : seconds(wall - inTests);
        return new Object[] {name, wall == null ? "-" : seconds(wall), seconds(inTests), outside, tests.size()};
    }

    private void slowest(List<TestCase> tests, int limit) {
        tests.stream()
                .sorted(Comparator.comparingDouble(TestCase::seconds).reversed().thenComparing(TestCase::name))
                .limit(limit)
                .forEach(test ->
                        out.printf(Locale.ROOT, "%9.3f  %-36s %s%n", test.seconds(), test.module(), test.name()));
    }

    private static double secondsIn(List<TestCase> tests) {
        return tests.stream().mapToDouble(TestCase::seconds).sum();
    }

    private static String seconds(double seconds) {
        return String.format(Locale.ROOT, "%.1f", seconds);
    }

    /** The first line of a message that is not blank. */
    private static String firstLine(String message) {
        String line = message.lines()
                .map(String::strip)
                .filter(text -> !text.isEmpty())
                .findFirst()
                .orElse("no message");
        return line.length() <= LONGEST_MESSAGE ? line : line.substring(0, LONGEST_MESSAGE - 3) + "...";
    }

    /** Arguments that do not follow the usage. */
    private static final class WrongArguments extends Exception {
        private static final long serialVersionUID = 1L;

        WrongArguments(String message) {
            super(message);
        }
    }

    /** The command line. {@code log} is null except for {@code times}, {@code newer} is null when it is not given. */
    private record Options(String command, int limit, Path root, Path log, Path newer) {
        private static final List<String> COMMANDS = List.of("times", "slowest", "flaky", "skipped", "count");
        private static final Options HELP = new Options("help", 0, Path.of(""), null, null);

        static Options parse(String[] args) throws WrongArguments {
            Deque<String> left = new ArrayDeque<>(Arrays.asList(args));
            String command = null;
            int limit = 50;
            Path root = Path.of(".");
            Path log = null;
            Path newer = null;
            while (!left.isEmpty()) {
                String arg = left.pop();
                switch (arg) {
                    case "--help", "-h" -> {
                        return HELP;
                    }
                    case "--root" -> root = existing(value(arg, left));
                    case "--log" -> log = existing(value(arg, left));
                    case "--newer" -> newer = existing(value(arg, left));
                    default -> {
                        if (command == null && COMMANDS.contains(arg)) {
                            command = arg;
                        } else if ("slowest".equals(command) && arg.matches("[1-9][0-9]{0,5}")) {
                            limit = Integer.parseInt(arg);
                        } else {
                            throw new WrongArguments("unexpected argument: " + arg);
                        }
                    }
                }
            }
            if (command == null) {
                throw new WrongArguments("the command is missing");
            }
            if (command.equals("times") && log == null) {
                throw new WrongArguments("times needs --log FILE");
            }
            return new Options(command, limit, root, log, newer);
        }

        private static String value(String option, Deque<String> left) throws WrongArguments {
            if (left.isEmpty()) {
                throw new WrongArguments("the value of " + option + " is missing");
            }
            return left.pop();
        }

        private static Path existing(String name) throws WrongArguments {
            Path path = Path.of(name);
            if (!Files.exists(path)) {
                throw new WrongArguments("no such file: " + name);
            }
            return path;
        }
    }

    /**
     * One test case of a report; {@code name} is {@code Class#method}.
     *
     * @param flaky the first failure of a test that passed on the rerun, otherwise null
     * @param skipped the reason why the test was skipped, otherwise null
     */
    private record TestCase(String module, String name, double seconds, String flaky, String skipped) {}

    /** The test cases of all reports, and the reports that could not be read with the reasons. */
    private record Reports(List<TestCase> tests, List<String> unreadable) {
        private static final List<String> NAMES = List.of("name", "artifactId");

        static Reports read(Path root, Path newer) throws IOException {
            Reports all = new Reports(new ArrayList<>(), new ArrayList<>());
            FileTime after = newer == null ? FileTime.fromMillis(0) : Files.getLastModifiedTime(newer);
            for (Path module : list(root, "*")) {
                String name = nameOf(module);
                Path directory = module.resolve("target").resolve("surefire-reports");
                List<Path> reports = Files.isDirectory(directory) ? list(directory, "TEST-*.xml") : List.of();
                for (Path report : reports) {
                    if (Files.getLastModifiedTime(report).compareTo(after) > 0) {
                        all.add(report, name);
                    }
                }
            }
            return all;
        }

        private void add(Path report, String module) {
            List<TestCase> found = new ArrayList<>();
            try (InputStream in = Files.newInputStream(report)) {
                String suite = report.getFileName().toString().replaceAll("^TEST-|\\.xml$", "");
                XMLStreamReader xml = reader(in);
                while (xml.hasNext()) {
                    if (xml.next() == XMLStreamConstants.START_ELEMENT
                            && xml.getLocalName().equals("testcase")) {
                        found.add(testCase(xml, module, suite));
                    }
                }
                tests.addAll(found);
            } catch (IOException | XMLStreamException | NumberFormatException e) {
                unreadable.add(report + ": " + firstLine(String.valueOf(e.getMessage())));
            }
        }

        /** Reads the element {@code <testcase>} to its end. */
        private static TestCase testCase(XMLStreamReader xml, String module, String suite) throws XMLStreamException {
            String name = name(xml.getAttributeValue(null, "classname"), xml.getAttributeValue(null, "name"), suite);
            String time = xml.getAttributeValue(null, "time");
            double seconds = time == null ? 0 : Double.parseDouble(time.replace(",", ""));
            String flaky = null;
            String skipped = null;
            while (xml.hasNext()) {
                int event = xml.next();
                if (event == XMLStreamConstants.END_ELEMENT
                        && xml.getLocalName().equals("testcase")) {
                    break;
                } else if (event == XMLStreamConstants.START_ELEMENT) {
                    String element = xml.getLocalName();
                    String message = xml.getAttributeValue(null, "message");
                    if (element.equals("skipped")) {
                        skipped = firstLine(message == null ? xml.getElementText() : message);
                    } else if (element.startsWith("flaky") && flaky == null) {
                        flaky = firstLine(message == null ? "" + xml.getAttributeValue(null, "type") : message);
                    }
                }
            }
            return new TestCase(module, name, seconds, flaky, skipped);
        }

        /** {@code Class#method}, and the suite in parentheses when it inherits the nested class. */
        private static String name(String className, String method, String suite) {
            if (suite.endsWith("." + className)) { // ArchUnit reports the simple name
                return suite + "#" + method;
            }
            boolean inherited = !className.equals(suite) && !className.startsWith(suite + "$");
            return className + "#" + method + (inherited ? " (" + suite + ")" : "");
        }

        /** The {@code <name>} of the module's pom, or else its artifact id: the name in Maven's Reactor Summary. */
        private static String nameOf(Path module) throws IOException {
            Map<String, String> texts = new LinkedHashMap<>();
            Path pom = module.resolve("pom.xml");
            if (Files.exists(pom)) {
                try (InputStream in = Files.newInputStream(pom)) {
                    XMLStreamReader xml = reader(in);
                    for (int depth = 0; xml.hasNext(); ) {
                        int event = xml.next();
                        boolean start = event == XMLStreamConstants.START_ELEMENT;
                        depth += start ? 1 : event == XMLStreamConstants.END_ELEMENT ? -1 : 0;
                        if (start && depth == 2 && NAMES.contains(xml.getLocalName())) {
                            texts.put(xml.getLocalName(), xml.getElementText().strip());
                            depth--; // the text ends at the end of the element
                        }
                    }
                } catch (XMLStreamException e) {
                    throw new IOException(pom + ": " + e.getMessage(), e);
                }
            }
            return texts.getOrDefault("name", texts.getOrDefault("artifactId", "" + module.getFileName()));
        }

        private static XMLStreamReader reader(InputStream in) throws XMLStreamException {
            XMLInputFactory factory = XMLInputFactory.newInstance();
            factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
            return factory.createXMLStreamReader(in);
        }

        private static List<Path> list(Path directory, String glob) throws IOException {
            List<Path> found = new ArrayList<>();
            try (DirectoryStream<Path> paths = Files.newDirectoryStream(directory, glob)) {
                paths.forEach(found::add);
            }
            found.sort(Comparator.naturalOrder());
            return found;
        }
    }

    /** The wall time of each module in the order of the build, and Maven's total time or null. Unit: seconds. */
    private record Log(Map<String, Double> modules, Double total) {
        private static final Pattern COLOR = Pattern.compile("\u001b\\[[0-9;]*m");
        private static final Pattern MODULE =
                Pattern.compile("\\[INFO\\] (.+?) \\.*\\s*(?:SUCCESS|FAILURE) \\[ *([^\\]]+)\\]$");
        private static final Pattern TOTAL = Pattern.compile("\\[INFO\\] Total time: +(.+?)(?: \\(Wall Clock\\))?$");
        private static final Pattern TIME = Pattern.compile("(?:([0-9]+):)?([0-9.]+) (s|min|h)");

        /** Reads the last Reactor Summary of the log. */
        static Log read(Path file) throws IOException {
            Map<String, Double> modules = new LinkedHashMap<>();
            Double total = null;
            boolean summary = false;
            for (String raw : new String(Files.readAllBytes(file), StandardCharsets.UTF_8).split("\\R")) {
                String line = COLOR.matcher(raw).replaceAll("");
                Matcher module = MODULE.matcher(line);
                Matcher end = TOTAL.matcher(line);
                if (line.contains("[INFO] Reactor Summary for ")) {
                    modules.clear();
                    summary = true;
                } else if (summary && module.find()) {
                    modules.put(module.group(1), seconds(module.group(2)));
                } else if (end.find()) {
                    total = seconds(end.group(1));
                    summary = false;
                }
            }
            return new Log(modules, total);
        }

        /** The seconds of {@code 1.234 s}, {@code 01:17 min} (minutes, seconds) or {@code 01:02 h} (hours, minutes). */
        private static Double seconds(String text) throws IOException {
            Matcher time = TIME.matcher(text.strip());
            if (!time.matches()) {
                throw new IOException("the time in Maven's log: " + text);
            }
            double first = time.group(1) == null ? 0 : Double.parseDouble(time.group(1));
            double last = Double.parseDouble(time.group(2));
            return (first * 60 + last) * (time.group(3).equals("h") ? 60 : 1);
        }
    }
}
