package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.internal.payload.Upcasts;
import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * Which event types a reader understands, and the class of each. A catalog is built from sealed families: {@code
 * EventCatalog.of(ChatEvent.class, ToolEvent.class)} walks their permitted subclasses; every concrete one must carry
 * {@link EventName}.
 *
 * <p>A type is found under every spelling that it has ({@link EventType}).
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

    /** A catalog that knows no type: every payload is {@link UnknownPayload}. */
    public static EventCatalog empty() {
        return EMPTY;
    }

    /**
     * The catalog of these families.
     *
     * @param families sealed interfaces, or single payload classes
     * @throws IllegalArgumentException when a payload class has no {@code @EventName} or two claim the same name; the
     *     message names the classes
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
     * This catalog, which also reads events of a type that is not written any more, as events of another one. A log is never
     * rewritten, so this is how payload classes change: {@code upcast("user-spoke", "user-said", old -> old)} for a new name
     * alone.
     *
     * <p>Upcasts are chained: a type may become one that becomes another one. {@link Event#type()} stays as it was written.
     *
     * @param oldType what was written once; no class of this catalog may claim it
     * @param newType a type of this catalog, or one that becomes one by an upcast given before
     * @param change what makes the old payload a new one. Pure: nothing but the payload may influence the result. It gets a
     *     copy, and may change and return that. What it throws makes the payload {@link MalformedPayload}
     * @throws IllegalArgumentException when one of the types is not as described, or the old one becomes something already
     */
    public EventCatalog upcast(String oldType, String newType, UnaryOperator<ObjectNode> change) {
        String from = canonical(oldType);
        String to = canonical(newType);
        Class<?> owner = classByType.get(from);
        if (owner != null) {
            throw new IllegalArgumentException("upcast of '" + from + "' to '" + to + "': " + owner.getName()
                    + " is written under the old type; give that class another name");
        }
        Upcasts more = upcasts.with(from, to, change);
        if (!classByType.containsKey(more.end(from))) {
            throw new IllegalArgumentException("upcast of '" + from + "' to '" + to
                    + "': no class of this catalog is written under the new type; put the later upcasts first");
        }
        Map<String, String> spellings = new HashMap<>(nameBySpelling);
        spell(typeOf(oldType), from, spellings);
        return new EventCatalog(classByType, Map.copyOf(spellings), more);
    }

    /**
     * This catalog, which also reads payloads of an old shape. Every payload of the type passes through here, new ones as
     * well, so the change must leave alone what is in order.
     *
     * @param type a type of this catalog, or an old one that was not given its new type yet
     * @param change as in {@link #upcast(String, String, UnaryOperator)}; several for one type apply in the order in which
     *     they were given
     * @throws IllegalArgumentException when the type is old, and was given its new type already
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
        if (!isPayload && (type.isSealed() || !type.isAnnotationPresent(EventName.class))) {
            if (!type.isSealed()) {
                throw new IllegalArgumentException(type.getName()
                        + " is neither sealed nor a payload class; declare it 'sealed' or give it @EventName");
            }
            return;
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
     * The event type of a payload class, as it is written; {@link EventType#of(Class)} has the other spellings too.
     *
     * @throws IllegalArgumentException when neither the class nor one of its interfaces has {@code @EventName}
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

    /** The types that this catalog reads, old ones included; built-in ones in the spelling the service writes. */
    public Set<String> types() {
        Set<String> all = new HashSet<>(classByType.keySet());
        all.addAll(upcasts.renamed());
        return Set.copyOf(all);
    }

    /**
     * Decodes a payload.
     *
     * @return a member of one of the families, {@link UnknownPayload} or {@link MalformedPayload}; never an exception
     */
    public Object decode(String type, JsonNode payload) {
        String written = nameBySpelling.getOrDefault(type, type);
        try {
            Upcasts.Lifted today = upcasts.lift(written, payload);
            Class<?> target = classByType.get(today.type());
            return target == null ? new UnknownPayload(type, payload) : JsonCodec.fromTree(today.payload(), target);
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
