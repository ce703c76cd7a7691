package dev.millrace.core;

import com.fasterxml.jackson.databind.JsonNode;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Which event types a reader understands, and the class of each. A catalog is built from sealed families: {@code
 * EventCatalog.of(ChatEvent.class, ToolEvent.class)} walks their permitted subclasses; every concrete one must carry
 * {@link EventName}.
 *
 * <p>A built-in type is found under every spelling the wire allows ({@link BuiltInType}).
 */
public final class EventCatalog {
    private static final EventCatalog EMPTY = new EventCatalog(Map.of());

    private final Map<String, Class<?>> classByType;

    private EventCatalog(Map<String, Class<?>> classByType) {
        this.classByType = classByType;
    }

    /** A catalog that knows no type: every payload is {@link Unknown}. */
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
        return new EventCatalog(Map.copyOf(found));
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
        String name = canonical(written);
        Class<?> other = found.putIfAbsent(name, type);
        if (other != null && other != type) {
            throw new IllegalArgumentException("event name '" + name + "' is claimed by both " + other.getName()
                    + " and " + type.getName() + "; rename one");
        }
    }

    /**
     * The event type of a payload class.
     *
     * @throws IllegalArgumentException when neither the class nor one of its interfaces has {@code @EventName}
     */
    public static String nameOf(Class<?> payloadClass) {
        for (Class<?> type = payloadClass; type != null; type = type.getSuperclass()) {
            EventName own = type.getAnnotation(EventName.class);
            if (own != null) {
                return own.value();
            }
            for (Class<?> parent : type.getInterfaces()) {
                EventName inherited = parent.getAnnotation(EventName.class);
                if (inherited != null) {
                    return inherited.value();
                }
            }
        }
        throw new IllegalArgumentException(
                payloadClass.getName() + " has no @EventName; annotate it with the event type it is written as");
    }

    /** The types of this catalog; built-in ones in the spelling the service writes. Empty means none. */
    public Set<String> types() {
        return classByType.keySet();
    }

    /**
     * Decodes a payload.
     *
     * @return a member of one of the families, {@link Unknown} or {@link Malformed}; never an exception
     */
    public Object decode(String type, JsonNode payload) {
        Class<?> target = classByType.get(canonical(type));
        if (target == null) {
            return new Unknown(type, payload);
        }
        try {
            return JsonCodec.fromTree(payload, target);
        } catch (IllegalArgumentException e) {
            return new Malformed(type, payload, String.valueOf(e.getMessage()));
        }
    }

    private static String canonical(String type) {
        return BuiltInType.of(type).map(BuiltInType::type).orElse(type);
    }
}
