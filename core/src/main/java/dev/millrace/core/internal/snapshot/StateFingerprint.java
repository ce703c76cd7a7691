package dev.millrace.core.internal.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.millrace.core.internal.progress.ProgressKey;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Field;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A fingerprint of a class: a hash over the names and types of its parts, and of their parts, without JDK classes. */
public final class StateFingerprint {
    private static final int LENGTH = 16;

    private final TreeMap<String, String> described = new TreeMap<>();
    private final Deque<Class<?>> open = new ArrayDeque<>();

    private StateFingerprint() {}

    public static String fingerprint(Class<?> type) {
        StateFingerprint shape = new StateFingerprint();
        shape.open.add(type);
        while (!shape.open.isEmpty()) {
            Class<?> next = shape.open.remove();
            if (!shape.described.containsKey(next.getName())) {
                shape.described.put(next.getName(), shape.describe(next));
            }
        }
        return ProgressKey.hash((type.getName() + shape.described).getBytes(UTF_8))
                .substring(0, LENGTH);
    }

    private String describe(Class<?> type) {
        if (type.isEnum()) {
            return Arrays.toString(type.getEnumConstants());
        }
        if (type.isRecord()) {
            return Stream.of(type.getRecordComponents())
                    .map(part -> part(part.getName(), part.getGenericType(), part.getAccessor()))
                    .collect(Collectors.joining(",", "(", ")"));
        }
        Set<String> parts = new TreeSet<>();
        if (type.isSealed()) {
            for (Class<?> permitted : type.getPermittedSubclasses()) {
                parts.add(permitted.getName());
                open.add(permitted);
            }
        }
        for (Method method : type.getDeclaredMethods()) {
            boolean isPart = Modifier.isAbstract(method.getModifiers()) && method.getParameterCount() == 0;
            if (isPart && !method.isSynthetic()) {
                parts.add(part(method.getName(), method.getGenericReturnType(), method));
            }
        }
        for (Field field : type.getDeclaredFields()) {
            int modifiers = field.getModifiers();
            if (!Modifier.isStatic(modifiers) && !Modifier.isTransient(modifiers) && !field.isSynthetic()) {
                parts.add(part(field.getName(), field.getGenericType(), field));
            }
        }
        Stream.concat(Stream.ofNullable(type.getGenericSuperclass()), Stream.of(type.getGenericInterfaces()))
                .forEach(parent -> parts.add("is " + nameAndQueue(parent)));
        return parts.toString();
    }

    /** Jackson's annotations are part of the fingerprint. */
    private String part(String name, Type type, AnnotatedElement annotated) {
        String annotations = Stream.of(annotated.getAnnotations())
                .filter(annotation -> annotation.annotationType().getName().startsWith("com.fasterxml.jackson."))
                .map(Object::toString)
                .sorted()
                .collect(Collectors.joining(" "));
        return annotations + name + ":" + nameAndQueue(type);
    }

    /** The type as text; classes that it mentions are queued for description. */
    private String nameAndQueue(Type type) {
        if (type instanceof Class<?> plain) {
            queue(plain);
        } else if (type instanceof ParameterizedType generic) {
            nameAndQueue(generic.getRawType());
            Stream.of(generic.getActualTypeArguments()).forEach(this::nameAndQueue);
        } else if (type instanceof GenericArrayType array) {
            nameAndQueue(array.getGenericComponentType());
        } else if (type instanceof WildcardType wildcard) {
            Stream.of(wildcard.getUpperBounds()).forEach(this::nameAndQueue);
        }
        return type.getTypeName();
    }

    private void queue(Class<?> type) {
        Class<?> element = type;
        while (element.isArray()) {
            element = element.getComponentType();
        }
        ClassLoader loader = element.getClassLoader();
        boolean isOfTheJdk = element.isPrimitive() || loader == null || loader == ClassLoader.getPlatformClassLoader();
        if (!isOfTheJdk && !element.getName().startsWith("com.fasterxml.jackson.")) {
            open.add(element);
        }
    }
}
