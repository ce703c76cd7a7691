package dev.millrace.architecture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A code block of a document that says where it comes from: the line before its fence is {@code <!-- snippet:
 * path#region -->}, and it must read as the lines between {@code // region name} and {@code // endregion} of that file
 * do, common indentation aside. The path is relative to the root of the checkout; without {@code #region} the whole
 * file is meant, without the {@code package} of a Java file. {@code <!-- snippet: none -->} lets a Java block stand that is no code of ours.
 *
 * @param document where the block stands
 * @param line the line of its fence, from 1
 * @param language what follows the fence, {@code java} for example
 * @param source the marker's content, if there is a marker
 * @param text the lines between the fences
 */
record Snippet(String document, int line, String language, Optional<String> source, List<String> text) {
    private static final Pattern MARKER = Pattern.compile("^\\s*<!--\\s*snippet:\\s*(\\S+)\\s*-->\\s*$");
    private static final Pattern FENCE = Pattern.compile("^\\s*```+\\s*(\\w*).*$");
    private static final String REGION = "^\\s*(?://|#|<!--)\\s*region\\s+%s\\s*(?:-->)?\\s*$";
    private static final Pattern END = Pattern.compile("^\\s*(?://|#|<!--)\\s*endregion\\b.*$");
    private static final Pattern ANY_REGION = Pattern.compile(String.format(REGION, "\\S+"));

    /** The blocks of a document, in order. */
    static List<Snippet> in(String document, List<String> lines) {
        List<Snippet> found = new ArrayList<>();
        Optional<String> source = Optional.empty();
        for (int i = 0; i < lines.size(); i++) {
            Matcher marker = MARKER.matcher(lines.get(i));
            Matcher fence = FENCE.matcher(lines.get(i));
            if (marker.matches()) {
                source = Optional.of(marker.group(1));
            } else if (fence.matches()) {
                int open = i;
                for (i++; i < lines.size() && !FENCE.matcher(lines.get(i)).matches(); i++) {
                    // to the closing fence
                }
                List<String> text = lines.subList(open + 1, Math.min(i, lines.size()));
                found.add(new Snippet(document, open + 1, fence.group(1), source, flush(text)));
                source = Optional.empty();
            } else if (!lines.get(i).isBlank()) {
                source = Optional.empty();
            }
        }
        return found;
    }

    /** What is wrong with this block, or empty when it reads as its source does. */
    Optional<String> problem(Path root) {
        if (source.isEmpty()) {
            return language.equals("java")
                    ? Optional.of(
                            place() + ": a Java block without a source; put '<!-- snippet: path#region -->' before"
                                    + " it, or '<!-- snippet: none -->' when it is no code of ours")
                    : Optional.empty();
        }
        if (source.get().equals("none")) {
            return Optional.empty();
        }
        String path = source.get().replaceFirst("#.*", "");
        if (!Files.isRegularFile(root.resolve(path))) {
            return Optional.of(place() + ": there is no file " + path);
        }
        List<String> lines = SourceTree.lines(root.resolve(path));
        if (source.get().contains("#")) {
            String region = source.get().substring(path.length() + 1);
            Optional<List<String>> found = region(lines, region);
            if (found.isEmpty()) {
                return Optional.of(
                        place() + ": " + path + " has no '// region " + region + "' with its '// endregion'");
            }
            lines = found.get();
        } else if (path.endsWith(".java")) {
            lines = lines.stream().filter(line -> !line.startsWith("package ")).toList();
        }
        List<String> expected = flush(lines);
        return expected.equals(text)
                ? Optional.empty()
                : Optional.of(place() + ": differs from " + source.get() + "; it must read\n"
                        + String.join("\n", expected) + "\nand reads\n" + String.join("\n", text));
    }

    private String place() {
        return document + ":" + line;
    }

    private static Optional<List<String>> region(List<String> lines, String name) {
        Pattern begin = Pattern.compile(String.format(REGION, Pattern.quote(name)));
        for (int from = 0; from < lines.size(); from++) {
            if (begin.matcher(lines.get(from)).matches()) {
                int depth = 1;
                for (int to = from + 1; to < lines.size(); to++) {
                    if (ANY_REGION.matcher(lines.get(to)).matches()) {
                        depth++;
                    } else if (END.matcher(lines.get(to)).matches() && --depth == 0) {
                        return Optional.of(lines.subList(from + 1, to).stream()
                                .filter(line -> !ANY_REGION.matcher(line).matches()
                                        && !END.matcher(line).matches())
                                .toList());
                    }
                }
            }
        }
        return Optional.empty();
    }

    /** Without common indentation, trailing blanks, and blank lines around. */
    private static List<String> flush(List<String> lines) {
        return String.join("\n", lines).stripIndent().strip().lines().toList();
    }
}
