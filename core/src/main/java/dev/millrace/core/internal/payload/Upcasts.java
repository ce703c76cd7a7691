package dev.millrace.core.internal.payload;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The steps that turn what was written long ago into what is read today: for each type, changes of its payload in the
 * order in which they were given, and at last perhaps another type. Immutable.
 */
public final class Upcasts {
    public static final Upcasts NONE = new Upcasts(Map.of());

    /** What became of a payload. */
    public record Lifted(String type, JsonNode payload) {}

    /** One step; to the same type it changes the shape alone. */
    private record Step(String to, UnaryOperator<ObjectNode> change) {}

    private final Map<String, List<Step>> stepsByType;

    private Upcasts(Map<String, List<Step>> stepsByType) {
        this.stepsByType = stepsByType;
    }

    /**
     * These steps and one more, the last one of its type.
     *
     * @throws IllegalArgumentException when the type becomes another one already, or this closes a circle
     */
    public Upcasts with(String from, String to, UnaryOperator<ObjectNode> change) {
        List<Step> steps = new ArrayList<>(stepsByType.getOrDefault(from, List.of()));
        successor(from).ifPresent(other -> {
            throw new IllegalArgumentException("upcast of '" + from + "' to '" + to + "': it becomes '" + other
                    + "' already; give changes of its shape first, and one type that it becomes");
        });
        steps.add(new Step(to, change));
        Map<String, List<Step>> more = new HashMap<>(stepsByType);
        more.put(from, List.copyOf(steps));
        Upcasts result = new Upcasts(Map.copyOf(more));
        result.end(from);
        return result;
    }

    /** The types that become others. */
    public Set<String> renamed() {
        return stepsByType.keySet().stream()
                .filter(type -> successor(type).isPresent())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** The type that this one becomes in the end. */
    public String end(String type) {
        Set<String> seen = new HashSet<>();
        String current = type;
        while (true) {
            if (!seen.add(current)) {
                throw new IllegalArgumentException(
                        "upcasts of '" + type + "' go round in a circle: " + String.join(", ", seen));
            }
            Optional<String> next = successor(current);
            if (next.isEmpty()) {
                return current;
            }
            current = next.get();
        }
    }

    private Optional<String> successor(String type) {
        return stepsByType.getOrDefault(type, List.of()).stream()
                .map(Step::to)
                .filter(to -> !to.equals(type))
                .findFirst();
    }

    /**
     * What a payload is today. The payload itself is not changed.
     *
     * @throws IllegalArgumentException when a step fails on it; the message says which
     */
    public Lifted lift(String type, JsonNode payload) {
        List<Step> steps = stepsByType.get(type);
        if (steps == null) {
            return new Lifted(type, payload);
        }
        String current = type;
        JsonNode lifted = payload.deepCopy();
        while (steps != null) {
            String from = current;
            for (Step step : steps) {
                lifted = apply(from, step, lifted);
                current = step.to;
            }
            steps = current.equals(from) ? null : stepsByType.get(current);
        }
        return new Lifted(current, lifted);
    }

    private static JsonNode apply(String from, Step step, JsonNode payload) {
        String what =
                step.to.equals(from) ? "upcast of '" + from + "'" : "upcast of '" + from + "' to '" + step.to + "'";
        if (!(payload instanceof ObjectNode object)) {
            throw new IllegalArgumentException(what + ": the payload is no object");
        }
        @Nullable ObjectNode changed;
        try {
            changed = step.change.apply(object);
        } catch (RuntimeException failure) {
            throw new IllegalArgumentException(what + " failed: " + failure, failure);
        }
        if (changed == null) {
            throw new IllegalArgumentException(what + " gave null; give the payload as it is read today");
        }
        return changed;
    }
}
