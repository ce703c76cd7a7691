package dev.millrace.cli.internal.replay;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.LogLineFormatter;
import dev.millrace.cli.internal.terminal.OutputFormat;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.testkit.StateTimeline;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A replay at one event of a timeline: moves to other events and answers questions about states. Not thread-safe. */
final class ReplaySession {
    private static final String COMMANDS =
            "goto N, next [K], prev [K], state [PLACE], diff [A [B]], why PLACE, event, events [A B], help, quit";
    private static final int LONGEST_VALUE = 400;
    private static final int LONGEST_INPUT = 200;

    private final StateTimeline<?> timeline;
    private final List<Event> events;
    private final Terminal terminal;
    private final LogLineFormatter line;

    /** How many events are applied. */
    private int position;

    ReplaySession(StateTimeline<?> timeline, Terminal terminal) {
        this.timeline = timeline;
        this.events = timeline.events();
        this.terminal = terminal;
        this.line = new LogLineFormatter(
                ZoneId.systemDefault(),
                terminal.columns() == Terminal.UNLIMITED ? Terminal.UNLIMITED : terminal.columns() - 2);
        this.position = events.size();
    }

    void greet() {
        say(timeline + "; " + COMMANDS);
        here();
    }

    void prompt() {
        terminal.out().print("@" + offset() + "> ");
        terminal.out().flush();
    }

    /** Executes a command; returns false for {@code quit}. Throws a {@link CommandException} if it fails. */
    boolean execute(String command) {
        String[] words = command.split("\\s+", 2);
        String rest = words.length > 1 ? words[1] : "";
        try {
            switch (words[0].toLowerCase(Locale.ROOT)) {
                case "goto" -> move(indexAt(number("goto", "N", rest)));
                case "next" -> move((int) Math.min(events.size(), position + count("next", rest)));
                case "prev" -> move((int) Math.max(0, position - count("prev", rest)));
                case "state" -> say(indented(rest.isEmpty() ? timeline.jsonAt(offset()) : present(rest)));
                case "diff" -> difference(rest);
                case "why" -> why(rest);
                case "event" -> event();
                case "events" -> list(rest);
                case "help" -> say(COMMANDS);
                case "quit", "exit" -> {
                    return false;
                }
                case "" -> here();
                default ->
                    throw new CommandException("unknown command: '" + shown(words[0]) + "'; use one of " + COMMANDS);
            }
        } catch (IllegalArgumentException e) {
            throw new CommandException("cannot '" + shown(command) + "': " + e.getMessage(), e);
        }
        return true;
    }

    private static String shown(String input) {
        return TerminalText.clip(input, LONGEST_INPUT);
    }

    private long offset() {
        return offset(position);
    }

    private long offset(int index) {
        return index == 0 ? 0 : events.get(index - 1).offset();
    }

    private int indexAt(long offset) {
        timeline.jsonAt(offset); // throws for an offset beyond the log
        int index = 0;
        while (index < events.size() && events.get(index).offset() <= offset) {
            index++;
        }
        return index;
    }

    private void move(int to) {
        position = to;
        here();
    }

    private void here() {
        say(position == 0 ? "    0  before the first event" : line.of(events.get(position - 1)));
    }

    private JsonNode present(String place) {
        JsonNode value = timeline.jsonAt(offset(), place);
        if (value.isMissingNode()) {
            throw new IllegalArgumentException("the state at offset " + offset() + " has no such place; see 'state'");
        }
        return value;
    }

    private void difference(String rest) {
        String[] ends = rest.isEmpty() ? new String[0] : rest.split("\\s+");
        if (ends.length > 2) {
            throw new IllegalArgumentException("give at most two offsets");
        }
        long from = ends.length > 0 ? number("diff", "A", ends[0]) : offset(Math.max(0, position - 1));
        long to = ends.length > 1 ? number("diff", "B", ends[1]) : offset();
        String changes = timeline.diff(from, to);
        say(changes.isEmpty() ? "no difference between the states at " + from + " and " + to : changes);
    }

    /** Prints the last change of a place up to here, and the offsets of the other changes. */
    private void why(String place) {
        if (place.isEmpty()) {
            throw new IllegalArgumentException("the place is missing; for example: why $.history[3]");
        }
        List<Event> changes = timeline.changesOf(place);
        List<Event> past =
                changes.stream().filter(event -> event.offset() <= offset()).toList();
        Optional<Event> next =
                changes.stream().filter(event -> event.offset() > offset()).findFirst();
        if (past.isEmpty()) {
            say(place + " is " + value(offset(), place) + " from the beginning; no event up to " + offset()
                    + " changed it");
        } else {
            long offset = past.get(past.size() - 1).offset();
            say(place + ": " + value(offset(indexAt(offset) - 1), place) + " -> " + value(offset, place));
            say(line.of(past.get(past.size() - 1)));
            if (past.size() > 1) {
                say("changed before at " + offsets(past.subList(0, past.size() - 1)));
            }
        }
        next.ifPresent(event -> say("changes next at " + event.offset()));
    }

    private static String offsets(List<Event> events) {
        List<Long> newest = events.subList(Math.max(0, events.size() - 20), events.size()).stream()
                .map(Event::offset)
                .toList();
        String text = newest.toString();
        return (newest.size() < events.size() ? "… " : "") + text.substring(1, text.length() - 1);
    }

    private String value(long offset, String place) {
        JsonNode value = timeline.jsonAt(offset, place);
        return value.isMissingNode() ? "nothing" : TerminalText.clip(JsonCodec.writeText(value), LONGEST_VALUE);
    }

    private void event() {
        if (position == 0) {
            throw new IllegalArgumentException("there is no event at offset 0; 'next' goes to the first one");
        }
        say(indented(JsonCodec.toTree(events.get(position - 1))));
    }

    private void list(String rest) {
        String[] ends = rest.isEmpty() ? new String[] {"0", String.valueOf(timeline.lastOffset())} : rest.split("\\s+");
        if (ends.length != 2) {
            throw new IllegalArgumentException("give two offsets, or none for all events");
        }
        long from = number("events", "A", ends[0]);
        long to = number("events", "B", ends[1]);
        for (Event event : events) {
            if (event.offset() >= from && event.offset() <= to) {
                say((event.offset() == offset() ? "> " : "  ") + line.of(event));
            }
        }
    }

    private static long count(String command, String text) {
        return text.isEmpty() ? 1 : number(command, "K", text);
    }

    private static long number(String command, String name, String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw new IllegalArgumentException(
                    command + " takes " + name + ", a whole number from 0, got '" + shown(text) + "'");
        }
        return Long.parseLong(text);
    }

    private static String indented(JsonNode json) {
        return OutputFormat.indented(json);
    }

    private void say(String text) {
        terminal.out().println(text);
    }
}
