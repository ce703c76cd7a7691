package dev.millrace.cli.internal.replay;

import java.util.ArrayList;
import java.util.List;

/** A parser of commands that are separated by semicolons; a semicolon in double quotes belongs to a place. */
final class ReplayScript {
    private ReplayScript() {}

    static List<String> split(String line) {
        List<String> commands = new ArrayList<>();
        StringBuilder command = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            quoted ^= c == '"';
            if (c == ';' && !quoted) {
                commands.add(command.toString().strip());
                command.setLength(0);
            } else {
                command.append(c);
            }
        }
        commands.add(command.toString().strip());
        commands.removeIf(String::isEmpty);
        return commands;
    }
}
