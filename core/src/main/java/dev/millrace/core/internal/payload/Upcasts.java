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
 * The steps that convert old payloads to their newest form. A type has changes of its payload, in the given order, and
 * then perhaps a new type. Immutable.
 */
public final class Upcasts {
    public static final Upcasts NONE = new Upcasts(Map.of());

    public record Lifted(String type, JsonNode payload) {}

    /** One step; if {@code to} is the same type, it changes only the payload. */
    private record Step(String to, UnaryOperator<ObjectNode> change) {}

    private final Map<String, List<Step>> stepsByType;

    private Upcasts(Map<String, List<Step>> stepsByType) {
        this.stepsByType = stepsByType;
    }

    /**
     * These steps and one more, the last one of its type.
     *
     * @throws IllegalArgumentException if the type has a new type already, or if the renames form a circle
     */
    public Upcasts with(String from, String to, UnaryOperator<ObjectNode> change) {
        List<Step> steps = new ArrayList<>(stepsByType.getOrDefault(from, List.of()));
        successor(from).ifPresent(other -> {
            throw new IllegalArgumentException("upcast of '" + from + "' to '" + to + "': '" + from
                    + "' is already renamed to '" + other
                    + "'. A type can be renamed only once, and payload changes of '"
                    + from + "' must be added before that. Remove one of the two upcasts, or rename '" + other
                    + "' instead.");
        });
        steps.add(new Step(to, change));
        Map<String, List<Step>> more = new HashMap<>(stepsByType);
        more.put(from, List.copyOf(steps));
        Upcasts result = new Upcasts(Map.copyOf(more));
        result.end(from);
        return result;
    }

    /** The types with a new type. */
    public Set<String> renamed() {
        return stepsByType.keySet().stream()
                .filter(type -> successor(type).isPresent())
                .collect(Collectors.toUnmodifiableSet());
    }

    /** Whether payloads of the type are changed, or get a new type. */
    public boolean change(String type) {
        return stepsByType.containsKey(type);
    }

    /** The last type in the chain of renames. */
    public String end(String type) {
        Set<String> seen = new HashSet<>();
        String current = type;
        while (true) {
            if (!seen.add(current)) {
                throw new IllegalArgumentException(
                        "upcasts of '" + type + "' form a circle: " + String.join(", ", seen)
                                + "; remove one of these upcasts, so that the last type is one that the catalog has a class for");
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
     * The newest form of a payload. The argument is not changed.
     *
     * @throws IllegalArgumentException if a step fails; the message says which one
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
            throw new IllegalArgumentException(what + ": the payload is not an object");
        }
        @Nullable ObjectNode changed;
        try {
            changed = step.change.apply(object);
        } catch (RuntimeException failure) {
            throw new IllegalArgumentException(what + " failed: " + failure, failure);
        }
        if (changed == null) {
            throw new IllegalArgumentException(what + " returned null; return the payload in its new form");
        }
        return changed;
    }
}
