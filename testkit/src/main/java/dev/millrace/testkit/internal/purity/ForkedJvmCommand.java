package dev.millrace.testkit.internal.purity;

import dev.millrace.core.runner.Timers;
import java.io.File;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** A factory of the command that starts a JVM with the same class path and another environment. */
final class ForkedJvmCommand {
    private static final List<String> ZONES = List.of("Pacific/Kiritimati", "Etc/GMT+12");

    private ForkedJvmCommand() {}

    /** Returns the command; its error output is discarded. */
    static ProcessBuilder command() throws IOException {
        Path arguments = Files.createTempFile("millrace-second-jvm", ".args");
        arguments.toFile().deleteOnExit();
        Files.writeString(arguments, String.join("\n", arguments()), StandardCharsets.UTF_8);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        ProcessBuilder command = new ProcessBuilder(java, "@" + arguments)
                .directory(Path.of(System.getProperty("java.io.tmpdir")).toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        Map<String, String> environment = command.environment();
        environment.keySet().removeIf(name -> !name.equalsIgnoreCase("SystemRoot"));
        environment.put("MILLRACE_SECOND_JVM", "true");
        return command;
    }

    private static List<String> arguments() {
        boolean isTurkish = Locale.getDefault().getLanguage().equals("tr");
        boolean isLatin = Charset.defaultCharset().equals(StandardCharsets.ISO_8859_1);
        List<String> arguments = new ArrayList<>(List.of(
                "-XX:+IgnoreUnrecognizedVMOptions",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Xmx512m",
                "-XX:+UnlockExperimentalVMOptions",
                "-XX:hashCode=2", // the same for every object, so orders that depend on it change
                "-Duser.language=" + (isTurkish ? "ar" : "tr"),
                "-Duser.country=" + (isTurkish ? "EG" : "TR"),
                "-Duser.timezone=" + zone(),
                "-Dfile.encoding=" + (isLatin ? "UTF-8" : "ISO-8859-1"),
                "-Duser.name=another-user",
                "-Duser.home=" + quoted(System.getProperty("java.io.tmpdir")),
                "-Dline.separator=" + (System.lineSeparator().equals("\n") ? "\"\\r\\n\"" : "\"\\n\"")));
        arguments.add("-cp");
        arguments.add(quoted(String.join(File.pathSeparator, classPath())));
        arguments.add(ForkedFoldMain.class.getName());
        return arguments;
    }

    /** A zone with another date than this JVM; the two zones never have the same date. */
    private static String zone() {
        LocalDate here = LocalDate.ofInstant(Timers.system().now(), ZoneId.systemDefault());
        return ZONES.stream()
                .filter(zone -> !LocalDate.ofInstant(Timers.system().now(), ZoneId.of(zone))
                        .equals(here))
                .findFirst()
                .orElse(ZONES.get(0));
    }

    private static Set<String> classPath() {
        Set<String> path = new LinkedHashSet<>();
        for (String property : List.of("java.class.path", "jdk.module.path", "surefire.test.class.path")) {
            for (String entry : System.getProperty(property, "").split(File.pathSeparator, -1)) {
                if (!entry.isEmpty()) {
                    path.add(Path.of(entry).toAbsolutePath().toString());
                }
            }
        }
        return path;
    }

    private static String quoted(String argument) {
        return '"' + argument.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }
}
