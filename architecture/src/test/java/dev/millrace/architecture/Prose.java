package dev.millrace.architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The words of a Markdown document that a person wrote as sentences: no code, no names of files, no targets of links,
 * no HTML.
 */
final class Prose {
    /** A word, and the line it is in, counted from 1. */
    record Word(String text, int line) {}

    /**
     * What is not prose: blocks of code, comments, spans of code, targets of links, addresses, names of files, tags,
     * entities.
     */
    private static final Pattern NO_PROSE = Pattern.compile("(?ms)^ *(```+|~~~+).*?^ *\\1 *$"
            + "|<!--.*?-->"
            + "|(?<!`)(`+)(?!`)(?:(?!\n\n).)*?(?<!`)\\2(?!`)"
            + "|(?<=\\])\\([^)]*\\)"
            + "|(?<=\\])\\[[^\\]]*\\]"
            + "|^\\[[^\\]]*\\]:.*?$"
            + "|https?://[^\\s)>]*"
            + "|[\\w/-]*\\w\\.\\w[\\w./-]*"
            + "|</?[A-Za-z][^>]*>"
            + "|&\\w+;");

    private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}_]+(?:['’]\\p{L}+)*");

    private Prose() {}

    static List<Word> words(List<String> lines) {
        String text = blank(String.join("\n", lines));
        List<Word> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(text);
        int line = 1;
        int counted = 0;
        while (matcher.find()) {
            line += (int) text.substring(counted, matcher.start())
                    .chars()
                    .filter(c -> c == '\n')
                    .count();
            counted = matcher.start();
            words.add(new Word(matcher.group().replace('’', '\''), line));
        }
        return words;
    }

    /** The text with blanks for what is not prose; every line stays where it is. */
    private static String blank(String text) {
        return NO_PROSE.matcher(text).replaceAll(found -> found.group().replaceAll("[^\n]", " "));
    }
}
