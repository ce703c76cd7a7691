package dev.millrace.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import morfologik.speller.Speller;
import morfologik.stemming.Dictionary;

/**
 * American English, and the terms of the project. A term in lower case is right with a capital at its beginning too; a
 * term with capitals is right only as it is written. Words in capitals and words with digits are not checked.
 */
final class Spelling {
    private static final String DICTIONARY = "/org/languagetool/resource/en/hunspell/en_US.dict";

    private final Speller speller;
    private final Set<String> terms;

    Spelling(Collection<String> terms) {
        URL dictionary = Objects.requireNonNull(
                Spelling.class.getResource(DICTIONARY),
                "the class path has no " + DICTIONARY + "; see architecture/pom.xml");
        try {
            speller = new Speller(Dictionary.read(dictionary), 1);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + dictionary, e);
        }
        this.terms = new HashSet<>(terms);
    }

    /** What is wrong with the words of a document, a message for each. */
    List<String> problems(String file, List<String> lines) {
        return Prose.words(lines).stream()
                .filter(word -> !isRight(word.text()))
                .map(word -> file + ":" + word.line() + ": '" + word.text() + "' is no known word"
                        + suggestion(word.text())
                        + "; correct it, put it into backticks if it is code, or add it to architecture/spelling.txt")
                .toList();
    }

    boolean isRight(String word) {
        String base = word.replaceFirst("'s$", "");
        return base.length() == 1
                || base.equals(base.toUpperCase(Locale.ROOT))
                || base.matches(".*[\\p{N}_].*")
                || terms.contains(base)
                || terms.contains(decapitalised(base))
                || !speller.isMisspelled(base)
                || !speller.isMisspelled(word);
    }

    private static String decapitalised(String word) {
        return word.substring(0, 1).toLowerCase(Locale.ROOT) + word.substring(1);
    }

    private String suggestion(String word) {
        List<String> replacements = speller.findReplacements(word);
        return replacements.isEmpty()
                ? ""
                : replacements.stream().limit(3).collect(Collectors.joining(", ", " (did you mean: ", "?)"));
    }
}
