package dev.millrace.architecture;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/** Links from one document to another, or to a heading in it. */
final class DocumentLinks {
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");
    private static final Pattern ELSEWHERE = Pattern.compile("^[a-z]+:");

    private DocumentLinks() {}

    /** The links of a document that lead nowhere, as messages. */
    static List<String> broken(Path document) {
        String from = SourceTree.relative(document);
        List<String> broken = new ArrayList<>();
        boolean code = false;
        for (String line : SourceTree.lines(document)) {
            code ^= line.startsWith("```");
            if (!code) {
                LINK.matcher(line)
                        .results()
                        .map(link -> link.group(1))
                        .filter(link -> !ELSEWHERE.matcher(link).find())
                        .forEach(link -> {
                            int hash = link.indexOf('#');
                            String name = hash < 0 ? link : link.substring(0, hash);
                            Path target = name.isEmpty()
                                    ? document
                                    : document.resolveSibling(name).normalize();
                            if (!Files.exists(target)) {
                                broken.add(from + ": there is no " + link);
                            } else if (hash >= 0 && !hasHeading(target, link.substring(hash + 1))) {
                                broken.add(from + ": there is no heading for " + link);
                            }
                        });
            }
        }
        return broken;
    }

    private static boolean hasHeading(Path document, String anchor) {
        return SourceTree.lines(document).stream()
                .filter(line -> line.startsWith("#"))
                .anyMatch(line -> anchor(line).equals(anchor));
    }

    /** A heading as links name it: small letters, hyphens for spaces, and no punctuation. */
    private static String anchor(String heading) {
        return heading.replaceFirst("^#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9 _-]", "")
                .replace(' ', '-');
    }
}
