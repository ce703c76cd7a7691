package dev.millrace.cli.internal.terminal;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventType;
import dev.millrace.core.hosting.ProcessorProvider;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Short names of event types for people: known types without their common prefix, and what they stand for. */
public final class ShortTypeName {
    private static final String OWN = "millrace/";

    private ShortTypeName() {}

    /** Loaded when the first type is printed that may be a known one. */
    private static final class Known {
        private static final Map<String, String> BRIEF_BY_SPELLING = new HashMap<>();
        private static final Map<String, String> FULL_BY_BRIEF = new HashMap<>();

        static {
            Stream<EventType> brought = ServiceLoader.load(ProcessorProvider.class).stream()
                    .flatMap(provider -> provider.get().events().stream())
                    .map(event -> event.type());
            Stream.concat(Arrays.stream(BuiltInType.values()).map(BuiltInType::eventType), brought)
                    .forEach(type -> {
                        String brief = type.shortName();
                        type.spellings().forEach(spelling -> BRIEF_BY_SPELLING.put(spelling, brief));
                        FULL_BY_BRIEF.putIfAbsent(brief, type.name());
                    });
        }
    }

    /**
     * For example {@code initialized} for each of its spellings, {@code processor-attached}; unknown types stay as they
     * are.
     */
    public static String brief(String type) {
        boolean perhapsKnown = type.startsWith(OWN) || type.contains("events.iterate.com/");
        return perhapsKnown ? Known.BRIEF_BY_SPELLING.getOrDefault(type, type) : type;
    }

    /** The known type that {@link #brief} shows as this name; empty if there is none, or if the name is the whole type. */
    public static Optional<String> full(String name) {
        return Optional.ofNullable(Known.FULL_BY_BRIEF.get(name)).filter(type -> !type.equals(name));
    }
}
