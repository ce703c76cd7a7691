package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.internal.json.EventJsonReader;
import dev.millrace.core.internal.payload.Upcasts;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * A map from event types to payload classes, for a reader. It is built from sealed families: {@code
 * EventCatalog.of(ChatEvent.class, ToolEvent.class)} collects their permitted subclasses; each concrete one needs
 * {@link EventName}. A type is found under each of its spellings ({@link EventType}). Immutable.
 *
 * @since 0.1
 */
public final class EventCatalog {
    private static final EventCatalog EMPTY = new EventCatalog(Map.of(), Map.of(), Upcasts.NONE);

    private final Map<String, Class<?>> classByType;
    private final Map<String, String> nameBySpelling;
    private final Upcasts upcasts;

    private EventCatalog(Map<String, Class<?>> classByType, Map<String, String> nameBySpelling, Upcasts upcasts) {
        this.classByType = classByType;
        this.nameBySpelling = nameBySpelling;
        this.upcasts = upcasts;
    }

    /** A catalog without types: every payload is {@link UnknownPayload}. */
    public static EventCatalog empty() {
        return EMPTY;
    }

    /**
     * The catalog of these families.
     *
     * @param families sealed interfaces, or single payload classes
     * @throws IllegalArgumentException if a payload class has no {@code @EventName}, or if two have the same name
     */
    public static EventCatalog of(Class<?>... families) {
        Map<String, Class<?>> found = new LinkedHashMap<>();
        for (Class<?> family : families) {
            collect(family, found);
        }
        Map<String, String> spellings = new HashMap<>();
        found.forEach((name, type) -> spell(typeOf(type), name, spellings));
        return new EventCatalog(Map.copyOf(found), Map.copyOf(spellings), Upcasts.NONE);
    }

    /**
     * This catalog, which also reads events of an old type as events of a new one. Use it when payload classes change,
     * because a log is never rewritten. For a new name alone: {@code upcast("user-spoke", "user-said", old -> old)}.
     *
     * <p>Upcasts can be chained, from an old type to a newer one to the newest. {@link Event#type()} stays as it was
     * written.
     *
     * @param oldType a type that is no longer written; no class of this catalog may have it
     * @param newType a type of this catalog, or an old one with an upcast that was given before
     * @param change makes the new payload from the old one. Pure: the result depends only on the payload. It gets a
     *     copy, which it may change and return. If it throws, the payload is {@link MalformedPayload}
     * @throws IllegalArgumentException if one of the types is not as described, or if the old one already has a new
     *     type
     */
    public EventCatalog upcast(String oldType, String newType, UnaryOperator<ObjectNode> change) {
        String from = canonical(oldType);
        String to = canonical(newType);
        Class<?> owner = classByType.get(from);
        if (owner != null) {
            throw new IllegalArgumentException("upcast of '" + from + "' to '" + to + "': " + owner.getName()
                    + " is written under the old type; give that class another @EventName");
        }
        Upcasts more = upcasts.with(from, to, change);
        if (!classByType.containsKey(more.end(from))) {
            throw new IllegalArgumentException(
                    "upcast of '" + from + "' to '" + to
                            + "': no class of this catalog is written under the new type; add the upcast of the new type first");
        }
        Map<String, String> spellings = new HashMap<>(nameBySpelling);
        spell(typeOf(oldType), from, spellings);
        return new EventCatalog(classByType, Map.copyOf(spellings), more);
    }

    /**
     * This catalog, which also reads old forms of a payload. Every payload of the type is passed to {@code change}, new
     * ones too, so it must not change a payload that has the new form.
     *
     * @param type a type of this catalog, or an old one that has no new type yet
     * @param change as in {@link #upcast(String, String, UnaryOperator)}; several changes of one type apply in the
     *     given order
     * @throws IllegalArgumentException if the type already has a new type
     */
    public EventCatalog upcast(String type, UnaryOperator<ObjectNode> change) {
        String same = canonical(type);
        return new EventCatalog(classByType, nameBySpelling, upcasts.with(same, same, change));
    }

    private static void collect(Class<?> type, Map<String, Class<?>> found) {
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                collect(permitted, found);
            }
        }
        boolean isPayload = !type.isInterface() && !Modifier.isAbstract(type.getModifiers());
        if (!isPayload && type.isSealed()) {
            return;
        }
        if (!isPayload && !type.isAnnotationPresent(EventName.class)) {
            throw new IllegalArgumentException(type.getName()
                    + " is neither sealed nor a payload class; declare it 'sealed' or give it @EventName");
        }
        String written = nameOf(type);
        if (written.isEmpty() || written.length() > 2048 || !written.equals(written.strip())) {
            throw new IllegalArgumentException("event name '" + written + "' of " + type.getName()
                    + " is not valid; use 1 to 2048 characters without white space around them");
        }
        String name = typeOf(type).name();
        Class<?> other = found.putIfAbsent(name, type);
        if (other != null && other != type) {
            throw new IllegalArgumentException("event name '" + name + "' is claimed by both " + other.getName()
                    + " and " + type.getName() + "; rename one");
        }
    }

    /**
     * The event type of a payload class, as it is written.
     *
     * @throws IllegalArgumentException if neither the class nor one of its interfaces has {@code @EventName}
     */
    public static String nameOf(Class<?> payloadClass) {
        return annotationOf(payloadClass).value();
    }

    static EventName annotationOf(Class<?> payloadClass) {
        for (Class<?> type = payloadClass; type != null; type = type.getSuperclass()) {
            EventName own = type.getAnnotation(EventName.class);
            if (own != null) {
                return own;
            }
            for (Class<?> parent : type.getInterfaces()) {
                EventName inherited = parent.getAnnotation(EventName.class);
                if (inherited != null) {
                    return inherited;
                }
            }
        }
        throw new IllegalArgumentException(
                payloadClass.getName() + " has no @EventName; annotate it with the event type it is written as");
    }

    /** The types that this catalog reads, old ones included; built-in types in the spelling of the service. */
    public Set<String> types() {
        Set<String> all = new HashSet<>(classByType.keySet());
        all.addAll(upcasts.renamed());
        return Set.copyOf(all);
    }

    /** Whether this catalog has a class or an upcast for this type, in any spelling. */
    boolean reads(String type) {
        String written = nameBySpelling.getOrDefault(type, type);
        return classByType.containsKey(written) || upcasts.change(written);
    }

    /**
     * Decodes a payload; never throws.
     *
     * @return an object of the class of the type, {@link UnknownPayload} or {@link MalformedPayload}
     */
    public Object decode(String type, JsonNode payload) {
        return decode(type, payload, false);
    }

    /**
     * As {@link #decode}, for a payload that a person wrote: with a field that its class does not have, it is {@link
     * MalformedPayload} too. Unknown fields of a type with an {@link #upcast} are ignored, because an old form may have
     * more fields.
     */
    public Object decodeRefusingUnknownFields(String type, JsonNode payload) {
        return decode(type, payload, true);
    }

    private Object decode(String type, JsonNode payload, boolean refusesUnknown) {
        if (payload.isTextual()) {
            return new MalformedPayload(type, payload, EventJsonReader.problem(payload.textValue()));
        }
        String written = nameBySpelling.getOrDefault(type, type);
        try {
            Upcasts.Lifted today = upcasts.lift(written, payload);
            Class<?> target = classByType.get(today.type());
            return target == null
                    ? new UnknownPayload(type, payload)
                    : JsonCodec.fromTree(today.payload(), target, refusesUnknown && !upcasts.change(written));
        } catch (IllegalArgumentException e) {
            return new MalformedPayload(type, payload, String.valueOf(e.getMessage()));
        }
    }

    private String canonical(String type) {
        String known = nameBySpelling.get(type);
        return known == null ? typeOf(type).name() : known;
    }

    private static void spell(EventType type, String name, Map<String, String> nameBySpelling) {
        type.spellings().forEach(spelling -> nameBySpelling.putIfAbsent(spelling, name));
    }

    private static EventType typeOf(Class<?> payloadClass) {
        EventType own = EventType.of(payloadClass);
        return BuiltInType.of(own.name()).map(BuiltInType::eventType).orElse(own);
    }

    private static EventType typeOf(String written) {
        return BuiltInType.of(written).map(BuiltInType::eventType).orElseGet(() -> EventType.of(written));
    }
}
