package dev.millrace.core;

import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * An event type with all spellings that mean the same on input. Two are equal if they have the same name. Immutable.
 *
 * <p>A type under {@code https://events.iterate.com/events/stream/} is also read under the other prefixes of the
 * service ({@code https://events.iterate.com/}, {@code events.iterate.com/core/}, {@code events.iterate.com/stream/}
 * and the last two after {@code https://}). Every other type has one spelling, unless its {@link EventName} has
 * aliases. An event is stored as it was written, so a filter by type needs all {@link #spellings()}.
 *
 * @since 0.1
 */
public final class EventType {
    private static final String PREFIX = "https://events.iterate.com/events/stream/";
    private static final String OWN = "millrace/";
    private static final String COMPLETE = "events.iterate.com/";
    private static final List<String> OTHER_PREFIXES = List.of(
            "https://events.iterate.com/",
            "events.iterate.com/core/",
            "events.iterate.com/stream/",
            "https://events.iterate.com/core/",
            "https://events.iterate.com/stream/");

    private final String name;
    private final Set<String> spellings;

    private EventType(String name, Set<String> spellings) {
        this.name = name;
        this.spellings = spellings;
    }

    /**
     * The type of a payload class.
     *
     * @throws IllegalArgumentException if neither the class nor one of its interfaces has {@code @EventName}
     */
    public static EventType of(Class<?> payloadClass) {
        EventName given = EventCatalog.annotationOf(payloadClass);
        return of(given.value(), given.aliases());
    }

    /**
     * A type by its name.
     *
     * @param name as the type is written
     * @param aliases as in {@link EventName#aliases()}
     */
    public static EventType of(String name, String... aliases) {
        Set<String> spellings = new LinkedHashSet<>();
        spell(name, name.startsWith(PREFIX), spellings);
        for (String alias : aliases) {
            boolean isComplete = !name.startsWith(PREFIX) || alias.startsWith(COMPLETE);
            spell(isComplete ? alias : PREFIX + alias, !isComplete, spellings);
        }
        return new EventType(name, Set.copyOf(spellings));
    }

    private static void spell(String type, boolean underEveryPrefix, Set<String> spellings) {
        spellings.add(type);
        if (underEveryPrefix) {
            OTHER_PREFIXES.forEach(prefix -> spellings.add(prefix + type.substring(PREFIX.length())));
        }
    }

    /**
     * Replaces any prefix of the service by the one that the service writes; returns every other type unchanged. Two
     * types with equal results are the same type, aliases apart.
     */
    public static String canonical(String type) {
        if (type.startsWith(PREFIX)) {
            return type;
        }
        return OTHER_PREFIXES.stream()
                .filter(type::startsWith)
                .max(Comparator.comparingInt(String::length))
                .map(prefix -> PREFIX + type.substring(prefix.length()))
                .orElse(type);
    }

    /** The spelling in which the type is written. */
    public String name() {
        return name;
    }

    /** The name without the prefix of the service, as people write it: {@code paused}, {@code processor-attached}. */
    public String shortName() {
        return name.substring(name.startsWith(PREFIX) ? PREFIX.length() : name.startsWith(OWN) ? OWN.length() : 0);
    }

    /** All spellings, {@link #name()} included, in no particular order. */
    public Set<String> spellings() {
        return spellings;
    }

    public boolean matches(String type) {
        return spellings.contains(type);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EventType that && name.equals(that.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return name;
    }
}
