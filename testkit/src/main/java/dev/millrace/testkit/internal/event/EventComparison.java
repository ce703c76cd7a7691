package dev.millrace.testkit.internal.event;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.log.RecordedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A comparison of expected and actual events by type and payload. Each method returns the problem as several lines, or
 * empty if there is none.
 */
public record EventComparison(List<EventInput> expected, List<Event> actual) {
    private static final int LONGEST_LINE = 300;

    /** Expects the same events in the same order. */
    public Optional<String> inOrder() {
        for (int i = 0; i < Math.min(expected.size(), actual.size()); i++) {
            Optional<JsonDifference> difference = difference(expected.get(i), actual.get(i));
            if (difference.isPresent()) {
                return Optional.of(
                        lists() + "\nfirst difference at event " + (i + 1) + ", " + inWords(difference.get()));
            }
        }
        if (expected.size() > actual.size()) {
            return Optional.of(lists() + "\nmissing from event " + (actual.size() + 1) + " on");
        }
        return expected.size() < actual.size()
                ? Optional.of(lists() + "\nunexpected from event " + (expected.size() + 1) + " on")
                : Optional.empty();
    }

    /** Expects the same events in any order. */
    public Optional<String> inAnyOrder() {
        List<EventInput> missing = new ArrayList<>(expected);
        List<Event> unexpected = new ArrayList<>();
        for (Event event : actual) {
            Optional<EventInput> match = missing.stream()
                    .filter(input -> difference(input, event).isEmpty())
                    .findFirst();
            match.ifPresentOrElse(missing::remove, () -> unexpected.add(event));
        }
        if (missing.isEmpty() && unexpected.isEmpty()) {
            return Optional.empty();
        }
        StringBuilder problem = new StringBuilder(lists());
        if (!missing.isEmpty()) {
            problem.append("\nmissing:").append(inputs(missing));
        }
        if (!unexpected.isEmpty()) {
            problem.append("\nunexpected:").append(events(unexpected));
        }
        return Optional.of(problem.toString());
    }

    /** Expects as many events as predicates, and that each event matches its predicate. */
    public static Optional<String> matching(List<? extends Predicate<? super Event>> predicates, List<Event> actual) {
        String was = "but was:" + events(actual);
        String expected = "expected " + predicates.size() + (predicates.size() == 1 ? " event" : " events");
        for (int i = 0; i < Math.min(predicates.size(), actual.size()); i++) {
            if (!predicates.get(i).test(actual.get(i))) {
                return Optional.of(expected + "\n" + was + "\nevent " + (i + 1) + " does not match its predicate");
            }
        }
        return predicates.size() == actual.size() ? Optional.empty() : Optional.of(expected + "\n" + was);
    }

    /** The first difference between one expected and one actual event. */
    public static Optional<JsonDifference> difference(EventInput expected, Event actual) {
        return JsonDifference.between(
                tree(expected.type(), expected.payload()), tree(actual.type(), actual.payloadJson()));
    }

    /** A difference with the expected value on its left, for messages. */
    public static String inWords(JsonDifference difference) {
        return difference.path() + ": expected " + difference.left() + " but was " + difference.right();
    }

    private static ObjectNode tree(String type, JsonNode payload) {
        ObjectNode tree = JsonNodeFactory.instance.objectNode();
        tree.put("type", type);
        tree.set("payload", payload);
        return tree;
    }

    private String lists() {
        return "expected:" + inputs(expected) + "\nbut was:" + events(actual);
    }

    private static String inputs(List<EventInput> inputs) {
        return numbered(inputs.stream().map(input -> input.type() + " " + input.payload()));
    }

    private static String events(List<Event> events) {
        return numbered(events.stream().map(event -> event.type() + " " + event.payloadJson()));
    }

    private static String numbered(Stream<String> lines) {
        StringBuilder text = new StringBuilder();
        int number = 0;
        for (String line : lines.toList()) {
            text.append("\n  ").append(++number).append(". ");
            text.append(line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE - 1) + "…");
        }
        return number == 0 ? " nothing" : text.toString();
    }

    public static String yaml(List<Event> events) {
        return RecordedLog.write(events).lines().map(line -> "  " + line).collect(Collectors.joining("\n"));
    }
}
