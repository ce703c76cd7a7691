package dev.millrace.testkit;

import dev.millrace.core.Event;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** A reducer with all code that compilers translate in different ways. */
public final class FingerprintSample extends LabProcessor.OfHistory {
    private static final Map<String, Integer> WEIGHTS = Map.of("noted", 2);

    enum Phase {
        IDLE,
        BUSY,
        DONE
    }

    record Point(int x, int y, List<String> names) {
        Point {
            Objects.requireNonNull(names);
        }

        Point moved(int by) {
            return new Point(x + by, y - by, names);
        }
    }

    private interface Named {
        String name();

        private String quoted() {
            return '"' + name() + '"';
        }

        default String twice() {
            return quoted() + quoted();
        }
    }

    /** Compilers translate a call of its equals as a call of the interface or of Object. */
    private record Label(String name) implements Named {
        @Override
        public boolean equals(Object other) {
            return other instanceof Label label && label.name.length() == name.length();
        }

        @Override
        public int hashCode() {
            return name.length();
        }
    }

    private static final class Closing implements AutoCloseable {
        @Override
        public void close() {}
    }

    private final class Inner {
        String slugOfOuter() {
            return slug() + hidden(1);
        }
    }

    @Override
    public String slug() {
        return "fingerprint-sample";
    }

    private String hidden(int number) {
        return "hidden " + number;
    }

    @Override
    public History reduce(History state, Event event) {
        History next = state;
        if (event.payload() instanceof Note note && !note.text().isEmpty()) {
            next = next.plus(note.text() + event.offset() + event.createdAt() + 'c' + 1.5 + state + null);
        }
        next = byType(next, event);
        Phase phase = Phase.values()[(int) (event.offset() % 3)];
        String word = switch (phase) {
            case IDLE -> "idle";
            case BUSY -> {
                String made = "busy" + phase;
                yield made;
            }
            case DONE -> "done";
        };
        next = next.plus(word).plus(WEIGHTS.getOrDefault(event.type(), 0));
        next = next.plus(nested(next, event)).plus(closing(event)).plus(new Inner().slugOfOuter());
        Point point = new Point((int) event.offset(), 2, List.of("a")).moved(3);
        List<String> names = point.names();
        if (names.equals(List.of("a")) || names.hashCode() == 1 || point.equals(new Object())) {
            next = next.plus(point.toString() + names.toString());
        }
        int[] numbers = {1, 2, 3, 1_000, 100_000};
        long sum = 0;
        for (int number : numbers) {
            sum += number > 2 ? number : -number;
        }
        String[] texts = new String[] {"x"};
        texts[0] += sum;
        return next.plus(texts[0]);
    }

    private static History byType(History state, Event event) {
        switch (event.type()) {
            case "noted":
            case "Aa":
                return state.plus("noted");
            case "BB":
                return state.plus("BB");
            default:
                return state;
        }
    }

    private String nested(History state, Event event) {
        String prefix = event.type();
        Function<String, Supplier<String>> maker = text -> () -> prefix + text + hidden(text.length());
        Named named = new Named() {
            @Override
            public String name() {
                return prefix;
            }
        };
        Named label = new Label(prefix);
        if (label.equals(named) || label.hashCode() == 3) {
            return label.toString();
        }
        List<String> sorted = new ArrayList<>(state.history());
        sorted.sort(Comparator.comparing(String::length).thenComparing(text -> text + prefix));
        return sorted.stream()
                        .map(maker)
                        .map(Supplier::get)
                        .filter(Objects::nonNull)
                        .collect(Collectors.joining(","))
                + named.twice();
    }

    private static String closing(Event event) {
        try (Closing closing = new Closing()) {
            synchronized (closing) {
                return String.valueOf(Integer.parseInt(event.type()));
            }
        } catch (NumberFormatException | NullPointerException e) {
            return e.getClass().getSimpleName();
        } finally {
            assert event.offset() > 0 : "offsets " + event.offset();
        }
    }
}
