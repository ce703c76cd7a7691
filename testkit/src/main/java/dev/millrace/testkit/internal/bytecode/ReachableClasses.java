package dev.millrace.testkit.internal.bytecode;

import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Modifier;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Type;

/** A collector of the scanned classes that are reachable from objects. */
final class ReachableClasses {
    private static final int MOST_OBJECTS = 1_000;

    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    private final Set<String> names = new LinkedHashSet<>();

    /** Adds the classes of an object and of all objects in its fields. */
    void add(@Nullable Object object) {
        if (object == null || seen.size() >= MOST_OBJECTS || !seen.add(object)) {
            return;
        }
        if (object instanceof Iterable<?> items && object.getClass().getName().startsWith("java.")) {
            items.forEach(this::add);
        } else if (object instanceof Map<?, ?> map
                && object.getClass().getName().startsWith("java.")) {
            map.values().forEach(this::add);
        } else if (object instanceof Optional<?> optional) {
            optional.ifPresent(this::add);
        } else if (!object.getClass().isHidden() && !object.getClass().isArray()) {
            addFields(object);
        }
    }

    private void addFields(Object object) {
        String name = Type.getInternalName(object.getClass());
        if (ClassFileFinder.isTrusted(name)) {
            return;
        }
        names.add(name);
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            for (Field field : type.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
                    add(read(field, object));
                }
            }
        }
    }

    private static @Nullable Object read(Field field, Object object) {
        try {
            field.setAccessible(true);
            return field.get(object);
        } catch (InaccessibleObjectException | IllegalAccessException e) {
            return null; // in a module that is not open, so its class stays unknown
        }
    }

    Set<String> names() {
        return names;
    }
}
