package dev.millrace.architecture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The committed files of public signatures, one for each library: {@code <module>.txt}. */
final class ApiFiles {
    /** The system property that makes the test write the files instead of comparing them. */
    static final String ACCEPT = "millrace.api.accept";

    private static final int MOST_LINES = 20;

    private final Path directory;

    ApiFiles(Path directory) {
        this.directory = directory;
    }

    /** Replaces all files. */
    void write(Map<String, List<String>> linesByModule) throws IOException {
        Files.createDirectories(directory);
        for (Path file : existing()) {
            Files.delete(file);
        }
        for (Map.Entry<String, List<String>> module : linesByModule.entrySet()) {
            Files.write(file(module.getKey()), module.getValue());
        }
    }

    /** What differs, with a message for each module. */
    List<String> problems(Map<String, List<String>> linesByModule) throws IOException {
        Set<Path> files = new TreeSet<>(existing());
        linesByModule.keySet().forEach(module -> files.add(file(module)));
        List<String> problems = new ArrayList<>();
        for (Path file : files) {
            String module = file.getFileName().toString().replaceFirst("\\.txt$", "");
            List<String> committed = Files.exists(file) ? Files.readAllLines(file) : List.of();
            List<String> actual = linesByModule.getOrDefault(module, List.of());
            if (!committed.equals(actual)) {
                problems.add(problem(module, committed, actual));
            }
        }
        return problems;
    }

    private static String problem(String module, List<String> committed, List<String> actual) {
        List<String> differences = differences(committed, actual);
        String more = differences.size() > MOST_LINES ? "... and " + (differences.size() - MOST_LINES) + " more\n" : "";
        return """

                The public signatures of %1$s differ from architecture/api/%1$s.txt:
                %2$s
                %3$sIf users shall see this change, add an entry under 'Changed' of 'Unreleased' in CHANGELOG.md, and accept it with
                  ./mvnw -B -ntp -Pquick install && ./mvnw -B -ntp -pl architecture test -Dtest=ApiSignaturesTest -D%4$s=true
                Otherwise undo it, or move the type into a package named 'internal'.
                """.formatted(
                        module, differences.stream().limit(MOST_LINES).collect(Collectors.joining("\n")), more, ACCEPT);
    }

    private static List<String> differences(List<String> committed, List<String> actual) {
        Set<String> before = qualified(committed);
        Set<String> after = qualified(actual);
        Set<String> all = new TreeSet<>(before);
        all.addAll(after);
        List<String> differences = new ArrayList<>();
        for (String line : all) {
            if (!after.contains(line)) {
                differences.add("- " + line);
            } else if (!before.contains(line)) {
                differences.add("+ " + line);
            }
        }
        return differences.isEmpty() ? List.of("(the same lines in another order)") : differences;
    }

    /** The lines, those of members with the type they belong to. */
    private static Set<String> qualified(List<String> lines) {
        Set<String> qualified = new HashSet<>();
        String type = "";
        for (String line : lines) {
            if (line.startsWith(ApiSignatures.INDENT)) {
                qualified.add(type + ": " + line.strip());
            } else {
                type = line.replaceFirst("^.*?(class|interface|enum|record) ([\\w.]+).*$", "$2");
                qualified.add(type + ": " + line);
            }
        }
        return qualified;
    }

    private List<Path> existing() throws IOException {
        if (!Files.isDirectory(directory)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();
        }
    }

    private Path file(String module) {
        return directory.resolve(module + ".txt");
    }
}
