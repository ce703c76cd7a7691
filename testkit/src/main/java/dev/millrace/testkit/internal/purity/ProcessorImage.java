package dev.millrace.testkit.internal.purity;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Base64;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A serialisable image of a processor, from which another JVM creates an equal one. Values of JDK classes are
 * serialised by Java, other objects field by field. Lambdas, thread pools and sockets cannot be copied; the copy has a
 * placeholder or null.
 */
final class ProcessorImage {
    private static final int MOST_OBJECTS = 2_000;

    sealed interface Node extends Serializable {}

    /** A value serialised by Java, in base 64; empty for null. */
    record Raw(String bytes) implements Node {
        private static final long serialVersionUID = 1;
    }

    /** An object; its fields have the key {@code declaring class.field}. */
    record Made(String type, int id, Map<String, Node> fields) implements Node {
        private static final long serialVersionUID = 1;
    }

    /** A reference to an object that is in the image already. */
    record Again(int id) implements Node {
        private static final long serialVersionUID = 1;
    }

    /** A JDK collection or optional whose items are not all serialised by Java. */
    record Items(String kind, List<Node> items) implements Node {
        private static final long serialVersionUID = 1;
    }

    /** An object that cannot be copied. */
    record Absent(String type) implements Node {
        private static final long serialVersionUID = 1;
    }

    private final IdentityHashMap<Object, Integer> ids = new IdentityHashMap<>();
    private boolean complete = true;

    Node of(@Nullable Object value) {
        if (value == null) {
            return new Raw("");
        }
        Integer known = ids.get(value);
        if (known != null) {
            return new Again(known);
        }
        Class<?> type = value.getClass();
        if (isPlatform(type) || type.isArray() || value instanceof Enum) {
            return ofPlatform(value);
        }
        if (type.isHidden() || Proxy.isProxyClass(type) || ids.size() >= MOST_OBJECTS) {
            return value instanceof Serializable ? serialised(value).orElseGet(() -> absent(type)) : absent(type);
        }
        return ofFields(value);
    }

    /** Whether the images so far contain every object. */
    boolean isComplete() {
        return complete;
    }

    /** Whether it is a JDK class, whose fields are not read. */
    private static boolean isPlatform(Class<?> type) {
        String module = String.valueOf(type.getModule().getName());
        return type.getClassLoader() == null || module.startsWith("java.") || module.startsWith("jdk.");
    }

    private Node ofPlatform(Object value) {
        if (value instanceof Optional<?> optional) {
            return new Items("optional", optional.stream().map(this::of).toList());
        }
        boolean holdsOthers = value instanceof List || value instanceof Set || value instanceof Map;
        if (!holdsOthers || isPlain(value)) {
            return serialised(value).orElseGet(() -> absent(value.getClass()));
        }
        if (value instanceof Map<?, ?> map) {
            List<Node> items = new ArrayList<>();
            map.forEach((key, item) -> {
                items.add(of(key));
                items.add(of(item));
            });
            return new Items("map", items);
        }
        List<Node> items = new ArrayList<>();
        ((Iterable<?>) value).forEach(item -> items.add(of(item)));
        return new Items(value instanceof List ? "list" : "set", items);
    }

    private static boolean isPlain(@Nullable Object value) {
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream().allMatch(entry -> isPlain(entry.getKey()) && isPlain(entry.getValue()));
        }
        if (value instanceof List || value instanceof Set) {
            for (Object item : (Iterable<?>) value) {
                if (!isPlain(item)) {
                    return false;
                }
            }
            return true;
        }
        return value == null || value instanceof Enum || isPlatform(value.getClass());
    }

    private static Optional<Node> serialised(Object value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(value);
        } catch (IOException | RuntimeException e) {
            return Optional.empty(); // it cannot be copied
        }
        return Optional.of(new Raw(Base64.getEncoder().encodeToString(bytes.toByteArray())));
    }

    private Node absent(Class<?> type) {
        complete = false;
        return new Absent(type.getName());
    }

    private Node ofFields(Object value) {
        int id = ids.size();
        ids.put(value, id);
        Map<String, Node> fields = new LinkedHashMap<>();
        for (Class<?> type = value.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    fields.put(type.getName() + "." + field.getName(), read(field, value));
                }
            }
        }
        return new Made(value.getClass().getName(), id, fields);
    }

    private Node read(Field field, Object value) {
        try {
            field.setAccessible(true);
            return of(field.get(value));
        } catch (InaccessibleObjectException | IllegalAccessException e) {
            return absent(field.getType());
        }
    }
}
