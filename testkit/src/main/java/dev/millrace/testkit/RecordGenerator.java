package dev.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.testkit.internal.event.TestEventFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/** A generator of records with random components. Immutable. */
final class RecordGenerator {
    private static final int ATTEMPTS = 100;
    private static final int MOST_ITEMS = 3;

    private final List<Class<?>> members = new ArrayList<>();

    RecordGenerator(Class<?>... families) {
        for (Class<?> family : families) {
            collect(family);
        }
        if (members.isEmpty()) {
            throw new IllegalArgumentException("no record to generate payloads of; pass a record or a sealed type");
        }
    }

    private void collect(Class<?> type) {
        if (type.isSealed()) {
            for (Class<?> member : type.getPermittedSubclasses()) {
                collect(member);
            }
        } else if (type.isRecord()) {
            members.add(type);
        } else {
            throw new IllegalArgumentException("cannot generate a " + type.getName()
                    + ": it is neither a record nor sealed; write your own function for it");
        }
    }

    Object next(Random random) {
        return make(members.get(random.nextInt(members.size())), random);
    }

    /** Creates a record; if its constructor throws, other values are tried. */
    private Object make(Class<?> type, Random random) {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
        }
        Throwable refusal = null;
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
                Object[] values = new Object[components.length];
                for (int i = 0; i < components.length; i++) {
                    values[i] = value(components[i].getGenericType(), type, random);
                }
                try {
                    return constructor.newInstance(values);
                } catch (InvocationTargetException e) {
                    refusal = e.getCause();
                }
            }
        } catch (ReflectiveOperationException e) {
            refusal = e;
        }
        throw new IllegalArgumentException(
                "cannot generate a " + type.getName() + ": " + refusal + "; write your own function for it", refusal);
    }

    private Object value(Type generic, Class<?> of, Random random) {
        if (generic instanceof ParameterizedType parameterized) {
            return container((Class<?>) parameterized.getRawType(), parameterized.getActualTypeArguments(), of, random);
        }
        if (!(generic instanceof Class<?> type)) {
            throw unknown(generic, of);
        }
        if (type == String.class || type == CharSequence.class || type == Object.class) {
            return Generators.text(random);
        } else if (type == long.class || type == Long.class) {
            return Generators.number(random);
        } else if (type == int.class || type == Integer.class) {
            return (int) Generators.number(random);
        } else if (type == double.class || type == Double.class) {
            return random.nextInt(1_000) / 8.0;
        } else if (type == boolean.class || type == Boolean.class) {
            return random.nextBoolean();
        } else if (type == BigDecimal.class) {
            return BigDecimal.valueOf(Generators.number(random), random.nextInt(MOST_ITEMS));
        } else if (type == Instant.class) {
            return TestEventFactory.START.plusMillis(random.nextInt());
        } else if (type == Duration.class) {
            return Duration.ofMillis(random.nextInt(100_000));
        } else if (type.isEnum()) {
            return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
        } else if (JsonNode.class.isAssignableFrom(type)) {
            return Generators.object(random);
        } else if (type.isRecord() || type.isSealed()) {
            return new RecordGenerator(type).next(random);
        }
        throw unknown(type, of);
    }

    private Object container(Class<?> type, Type[] arguments, Class<?> of, Random random) {
        if (type == Optional.class) {
            return random.nextBoolean() ? Optional.empty() : Optional.of(value(arguments[0], of, random));
        }
        int size = random.nextInt(MOST_ITEMS + 1);
        if (type == List.class) {
            List<Object> items = new ArrayList<>();
            for (int i = 0; i < size; i++) {
                items.add(value(arguments[0], of, random));
            }
            return List.copyOf(items);
        }
        if (type == Map.class && arguments[0] == String.class) {
            Map<Object, Object> entries = new LinkedHashMap<>();
            for (int i = 0; i < size; i++) {
                entries.put("key" + i, value(arguments[1], of, random));
            }
            return entries;
        }
        throw unknown(type, of);
    }

    private static IllegalArgumentException unknown(Type type, Class<?> of) {
        return new IllegalArgumentException("cannot generate a " + type.getTypeName() + " for " + of.getName()
                + "; write your own function for it");
    }
}
