package dev.millrace.architecture;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** How long the source files are, and how many a main package has. */
final class SourceSizes {
    static final int MOST_LINES = 500;
    static final int MOST_LINES_OF_95_PERCENT = 300;
    static final int MOST_FILES_OF_A_PACKAGE = 30;

    private static final String MAIN = "/src/main/java/";

    private final Map<String, Integer> linesByFile;

    /** Takes files as paths below the root, such as {@code core/src/main/java/a/B.java}. */
    SourceSizes(Map<String, Integer> linesByFile) {
        this.linesByFile = new TreeMap<>(linesByFile);
    }

    static SourceSizes ofTheProject() {
        return new SourceSizes(SourceTree.javaSources().stream()
                .collect(Collectors.toMap(
                        SourceTree::relative, source -> SourceTree.lines(source).size())));
    }

    List<String> largeFiles() {
        return linesByFile.entrySet().stream()
                .filter(file -> file.getValue() > MOST_LINES)
                .map(file -> file.getKey() + ": " + file.getValue() + " lines; give a part of it a name of its own")
                .toList();
    }

    /** The number of lines that 95 of 100 files do not exceed. */
    int linesOf95Percent() {
        List<Integer> lines = linesByFile.values().stream().sorted().toList();
        return lines.get((int) Math.ceil(lines.size() * 0.95) - 1);
    }

    /**
     * The main packages with too many files, {@code package-info.java} included.
     *
     * @param exceptions packages that may have more; one that needs no exception is a problem too
     */
    List<String> crowdedPackages(Set<String> exceptions) {
        Map<String, Long> filesByPackage = linesByFile.keySet().stream()
                .filter(file -> file.contains(MAIN))
                .map(SourceSizes::packageOf)
                .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting()));
        Stream<String> crowded = filesByPackage.entrySet().stream()
                .filter(files -> files.getValue() > MOST_FILES_OF_A_PACKAGE && !exceptions.contains(files.getKey()))
                .map(files -> files.getKey() + ": " + files.getValue() + " files, more than " + MOST_FILES_OF_A_PACKAGE
                        + "; move those that share an idea into a package of their own");
        Stream<String> idle = new TreeSet<>(exceptions)
                .stream()
                        .filter(name -> filesByPackage.getOrDefault(name, 0L) <= MOST_FILES_OF_A_PACKAGE)
                        .map(name -> name + ": " + filesByPackage.getOrDefault(name, 0L)
                                + " files; remove it from the exceptions");
        return Stream.concat(crowded, idle).toList();
    }

    private static String packageOf(String file) {
        return file.substring(file.indexOf(MAIN) + MAIN.length(), file.lastIndexOf('/'))
                .replace('/', '.');
    }
}
