package dev.millrace.testkit.internal.purity;

import dev.millrace.testkit.internal.purity.ProcessorImage.Absent;
import dev.millrace.testkit.internal.purity.ProcessorImage.Again;
import dev.millrace.testkit.internal.purity.ProcessorImage.Items;
import dev.millrace.testkit.internal.purity.ProcessorImage.Made;
import dev.millrace.testkit.internal.purity.ProcessorImage.Node;
import dev.millrace.testkit.internal.purity.ProcessorImage.Raw;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A reader that creates objects from a {@link ProcessorImage} in another JVM. Only records are created by constructors.
 */
final class ProcessorImageReader {
    private final Map<Integer, Object> made = new HashMap<>();

    /**
     * Creates the object of an image.
     *
     * @param wanted the type of the field or parameter that will hold it
     */
    @Nullable Object read(Node node, Class<?> wanted) throws ReflectiveOperationException, IOException {
        if (node instanceof Raw raw) {
            return raw.bytes().isEmpty()
                    ? null
                    : deserialise(Base64.getDecoder().decode(raw.bytes()));
        }
        if (node instanceof Again again) {
            return made.get(again.id());
        }
        if (node instanceof Absent absent) {
            return absent(absent.type(), wanted);
        }
        return node instanceof Items items ? items(items) : object((Made) node);
    }

    private static Object deserialise(byte[] bytes) throws ReflectiveOperationException, IOException {
        try (ObjectInputStream in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            return in.readObject();
        }
    }

    private static @Nullable Object absent(String type, Class<?> wanted) {
        if (!wanted.isInterface() || wanted.isSealed()) {
            return null;
        }
        return Proxy.newProxyInstance(wanted.getClassLoader(), new Class<?>[] {wanted}, (proxy, method, arguments) -> {
            throw new IllegalStateException(
                    method.getName() + " is not available: a " + type + " cannot be copied to the second JVM");
        });
    }

    private Object items(Items items) throws ReflectiveOperationException, IOException {
        List<@Nullable Object> values = new ArrayList<>();
        for (Node item : items.items()) {
            values.add(read(item, Object.class));
        }
        return switch (items.kind()) {
            case "optional" -> values.isEmpty() ? Optional.empty() : Optional.ofNullable(values.get(0));
            case "list" -> values;
            case "set" -> new LinkedHashSet<>(values);
            default -> {
                Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
                for (int i = 0; i < values.size(); i += 2) {
                    map.put(values.get(i), values.get(i + 1));
                }
                yield map;
            }
        };
    }

    private Object object(Made image) throws ReflectiveOperationException, IOException {
        Class<?> type = Class.forName(image.type());
        if (type.isRecord()) {
            Object object = construct(type, image);
            made.put(image.id(), object);
            return object;
        }
        Object object = allocate(type);
        made.put(image.id(), object);
        for (Class<?> at = type; at != null; at = at.getSuperclass()) {
            for (Field field : at.getDeclaredFields()) {
                Node value = image.fields().get(at.getName() + "." + field.getName());
                if (value != null) {
                    field.setAccessible(true);
                    field.set(object, read(value, field.getType()));
                }
            }
        }
        return object;
    }

    private Object construct(Class<?> type, Made image) throws ReflectiveOperationException, IOException {
        RecordComponent[] components = type.getRecordComponents();
        Class<?>[] types = new Class<?>[components.length];
        @Nullable Object[] values = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            types[i] = components[i].getType();
            Node value = image.fields().get(type.getName() + "." + components[i].getName());
            values[i] = value == null ? null : read(value, types[i]);
        }
        Constructor<?> constructor = type.getDeclaredConstructor(types);
        constructor.setAccessible(true);
        return constructor.newInstance(values);
    }

    /** Creates an object as Java's deserialisation does, with a supported class that compilers cannot see. */
    private static Object allocate(Class<?> type) throws ReflectiveOperationException {
        Class<?> factoryType = Class.forName("sun.reflect.ReflectionFactory");
        Object factory = factoryType.getMethod("getReflectionFactory").invoke(null);
        Method maker = factoryType.getMethod("newConstructorForSerialization", Class.class, Constructor.class);
        Constructor<?> constructor =
                (Constructor<?>) maker.invoke(factory, type, Object.class.getDeclaredConstructor());
        return constructor.newInstance();
    }
}
