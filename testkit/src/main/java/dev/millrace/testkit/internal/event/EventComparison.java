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

/**
 * Compares events with what they should be, by type and payload, and says where they part.
 *
 * @param expected what they should be
 * @param actual what they are
 */
public record EventComparison(List<EventInput> expected, List<Event> actual) {
    private static final int LONGEST_LINE = 300;

    /** What is wrong, as several lines; empty when the events are equal and in the same order. */
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

    /** What is wrong, as several lines; empty when they are the same events in whatever order. */
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
            problem.append("\nmissing:")
                    .append(numbered(missing.stream().map(EventComparison::line).toList()));
        }
        if (!unexpected.isEmpty()) {
            problem.append("\nunexpected:")
                    .append(numbered(
                            unexpected.stream().map(EventComparison::line).toList()));
        }
        return Optional.of(problem.toString());
    }

    /** What is wrong, as several lines; empty when there are as many events as predicates, and each holds. */
    public static Optional<String> matching(List<? extends Predicate<? super Event>> predicates, List<Event> actual) {
        String was =
                "but was:" + numbered(actual.stream().map(EventComparison::line).toList());
        String expected = "expected " + predicates.size() + (predicates.size() == 1 ? " event" : " events");
        for (int i = 0; i < Math.min(predicates.size(), actual.size()); i++) {
            if (!predicates.get(i).test(actual.get(i))) {
                return Optional.of(expected + "\n" + was + "\nevent " + (i + 1) + " is not as its predicate says");
            }
        }
        return predicates.size() == actual.size() ? Optional.empty() : Optional.of(expected + "\n" + was);
    }

    /** Where one event is not what it should be. */
    public static Optional<JsonDifference> difference(EventInput expected, Event actual) {
        return JsonDifference.between(
                tree(expected.type(), expected.payload()), tree(actual.type(), actual.payloadJson()));
    }

    /** A difference between what should be, on its left, and what is. */
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
        return "expected:"
                + numbered(expected.stream().map(EventComparison::line).toList()) + "\nbut was:"
                + numbered(actual.stream().map(EventComparison::line).toList());
    }

    private static String numbered(List<String> lines) {
        if (lines.isEmpty()) {
            return " nothing";
        }
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            text.append("\n  ").append(i + 1).append(". ").append(lines.get(i));
        }
        return text.toString();
    }

    private static String line(EventInput input) {
        return shorten(input.type() + " " + input.payload());
    }

    private static String line(Event event) {
        return shorten(event.type() + " " + event.payloadJson());
    }

    private static String shorten(String line) {
        return line.length() <= LONGEST_LINE ? line : line.substring(0, LONGEST_LINE - 1) + "…";
    }

    /** The events as YAML, to look at or to paste into a log, indented under a heading. */
    public static String yaml(List<Event> events) {
        return RecordedLog.write(events).lines().map(line -> "  " + line).collect(Collectors.joining("\n"));
    }
}
