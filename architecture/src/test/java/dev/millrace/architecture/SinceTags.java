package dev.millrace.architecture;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which public types say since which version they exist. */
final class SinceTags {
    private static final Pattern PUBLIC_TYPE = Pattern.compile(
            "public ((abstract|final|sealed|non-sealed|strictfp) )*(class|interface|enum|record|@interface) .*");

    private static final Pattern MAIN_SOURCE = Pattern.compile("[^/]+/src/main/java/(.+)/[^/]+");

    private SinceTags() {}

    /** What is wrong with the public types of the libraries, a line for each. */
    static List<String> missing() {
        return SourceTree.javaSources().stream()
                .filter(SinceTags::isApi)
                .flatMap(source -> problem(SourceTree.relative(source), SourceTree.lines(source)).stream())
                .toList();
    }

    /**
     * What is wrong with one formatted source: its public type has a javadoc comment without {@code @since}, or none.
     */
    static Optional<String> problem(String file, List<String> lines) {
        OptionalInt type = IntStream.range(0, lines.size())
                .filter(i -> PUBLIC_TYPE.matcher(lines.get(i)).matches())
                .findFirst();
        if (type.isEmpty()) {
            return Optional.empty();
        }
        OptionalInt comment = IntStream.range(0, type.getAsInt())
                .filter(i -> lines.get(i).startsWith("/**"))
                .reduce((first, second) -> second);
        Stream<String> javadoc =
                comment.isEmpty() ? Stream.empty() : lines.subList(comment.getAsInt(), type.getAsInt()).stream();
        return javadoc.anyMatch(line -> line.matches("(/\\*\\*| \\*) @since \\d.*"))
                ? Optional.empty()
                : Optional.of(file + ":" + (type.getAsInt() + 1)
                        + ": a public type without @since; end its javadoc with '@since' and the version that is next");
    }

    private static boolean isApi(Path source) {
        Matcher file = MAIN_SOURCE.matcher(SourceTree.relative(source));
        if (!file.matches()) {
            return false;
        }
        String packageName = file.group(1).replace('/', '.');
        return Module.ofPackage(packageName)
                        .filter(Module.libraries()::contains)
                        .isPresent()
                && !PublicApi.isInternal(packageName);
    }
}
