package dev.millrace.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Finds calls of {@code ./millrace} in shell text and splits them as a shell does. */
final class ShellCalls {
    private static final Pattern BLOCK = Pattern.compile("(?ms)^ *```sh\\R(.*?)^ *```");
    private static final Pattern SPAN = Pattern.compile("`(\\./millrace [^`]+)`");
    private static final String COMMAND = "./millrace";

    private ShellCalls() {}

    /** The calls in the shell blocks and code spans of a document, one text each. */
    static List<String> in(String document) {
        List<String> calls = new ArrayList<>();
        Matcher block = BLOCK.matcher(document);
        while (block.find()) {
            calls.addAll(lines(block.group(1)));
        }
        Matcher span = SPAN.matcher(document);
        while (span.find()) {
            calls.add(span.group(1));
        }
        return calls;
    }

    /** The lines with a call, joined where a line ends with a backslash. */
    static List<String> lines(String shell) {
        return shell.replaceAll("\\\\\\R\\s*", " ")
                .lines()
                .filter(line -> line.contains(COMMAND + " "))
                .toList();
    }

    /** The arguments of each call of the command in a line. */
    static List<List<String>> words(String line) {
        List<List<String>> calls = new ArrayList<>();
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        boolean inWord = false;
        char quote = 0;
        for (char next : (line + " ;").toCharArray()) {
            boolean isEnd = quote == 0 && " |;<>&#".indexOf(next) >= 0;
            if (isEnd && inWord) {
                words.add(word.toString());
                word.setLength(0);
                inWord = false;
            }
            if (quote == 0 && next == '#' && line.indexOf(" #") >= 0) {
                break;
            } else if (isEnd && next != ' ') {
                add(words, calls);
                words.clear();
            } else if (!isEnd) {
                inWord = true;
                if (quote == 0 && (next == '\'' || next == '"')) {
                    quote = next;
                } else if (next == quote) {
                    quote = 0;
                } else {
                    word.append(next);
                }
            }
        }
        add(words, calls);
        return calls;
    }

    private static void add(List<String> words, List<List<String>> calls) {
        int command = words.indexOf(COMMAND);
        boolean isCalled =
                command >= 0 && words.subList(0, command).stream().allMatch(before -> before.matches("[A-Z_]+=.*"));
        if (isCalled) {
            calls.add(List.copyOf(words.subList(command + 1, words.size())));
        }
    }
}
