package dev.millrace.core.internal.payload;

import com.fasterxml.jackson.annotation.JsonAlias;
import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.internal.json.JsonErrorMessages;
import dev.millrace.core.internal.json.JsonMappers;
import dev.millrace.core.internal.payload.PayloadSchema.Kind;
import dev.millrace.core.payload.NotBlank;
import dev.millrace.core.payload.Positive;
import java.io.IOException;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Computes the {@link FieldShape} of a Java type; the JSON library reads all other types. Not thread-safe. */
public final class TypeShapes {
    private static final Set<Type> SMALL_INTEGERS =
            Set.of(int.class, Integer.class, short.class, Short.class, byte.class, Byte.class, OptionalInt.class);
    private static final Set<Type> LONG_INTEGERS = Set.of(long.class, Long.class, OptionalLong.class);
    private static final Set<Type> NUMBERS = Set.of(
            double.class, Double.class, float.class, Float.class, BigDecimal.class, Number.class, OptionalDouble.class);
    private static final Set<Type> OPTIONAL_NUMBERS =
            Set.of(OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    private final boolean refusesUnknown;
    private final boolean acceptsNull;
    private final Map<Class<?>, RecordShape> records = new HashMap<>();

    /**
     * Creates the shapes of one reader.
     *
     * @param acceptsNull whether an optional component may be null
     */
    public TypeShapes(boolean refusesUnknown, boolean acceptsNull) {
        this.refusesUnknown = refusesUnknown;
        this.acceptsNull = acceptsNull;
    }

    /** The shape of a record; empty for other classes, and for records with a {@code @JsonCreator}. */
    public Optional<RecordShape> ofRecord(Class<?> type) {
        if (!type.isRecord() || hasCreator(type)) {
            return Optional.empty();
        }
        RecordShape known = records.get(type);
        if (known == null) {
            known = new RecordShape(refusesUnknown);
            records.put(type, known);
            known.fill(
                    Arrays.stream(type.getRecordComponents()).map(this::field).toList());
        }
        return Optional.of(known);
    }

    private static boolean hasCreator(Class<?> type) {
        return Stream.concat(Arrays.stream(type.getDeclaredMethods()), Arrays.stream(type.getDeclaredConstructors()))
                .anyMatch(member -> member.isAnnotationPresent(JsonCreator.class));
    }

    private RecordShape.Field field(RecordComponent component) {
        AnnotatedElement accessor = component.getAccessor();
        JsonProperty property = accessor.getAnnotation(JsonProperty.class);
        JsonAlias alias = accessor.getAnnotation(JsonAlias.class);
        List<String> names = new ArrayList<>();
        names.add(property == null || property.value().isEmpty() ? component.getName() : property.value());
        names.addAll(alias == null ? List.of() : List.of(alias.value()));
        Type type = component.getGenericType();
        boolean isOptional = raw(type) == Optional.class || OPTIONAL_NUMBERS.contains(type);
        boolean mustBeThere = property != null && property.required();
        FieldShape shape = of(raw(type) == Optional.class ? argument(type, 0) : type, component);
        return new RecordShape.Field(
                List.copyOf(names),
                isOptional && (mustBeThere || acceptsNull) ? new FieldShape.OrNull(shape) : shape,
                mustBeThere || !isOptional);
    }

    private FieldShape of(Type type, AnnotatedElement annotated) {
        if (type == String.class) {
            return annotated.isAnnotationPresent(NotBlank.class) ? Kind.NON_EMPTY_TEXT : Kind.TEXT;
        }
        boolean isPositive = annotated.isAnnotationPresent(Positive.class);
        if (SMALL_INTEGERS.contains(type)) {
            return isPositive ? Kind.POSITIVE_INTEGER : Kind.INT;
        }
        if (LONG_INTEGERS.contains(type)) {
            return isPositive ? Kind.POSITIVE_LONG : Kind.LONG;
        }
        if (NUMBERS.contains(type)) {
            return isPositive ? Kind.POSITIVE_NUMBER : Kind.NUMBER;
        }
        Class<?> raw = raw(type);
        if (raw.isArray()) {
            return new FieldShape.Elements(of(raw.getComponentType(), annotated));
        }
        if (Collection.class.isAssignableFrom(raw) && raw.getName().startsWith("java.util.")) {
            return new FieldShape.Elements(of(argument(type, 0), annotated));
        }
        if (raw == Map.class && argument(type, 0) == String.class) {
            return new FieldShape.Entries(of(argument(type, 1), annotated));
        }
        @Nullable FieldShape plain = plain(raw);
        return plain != null
                ? plain
                : ofRecord(raw).<FieldShape>map(shape -> shape).orElseGet(() -> new Decoded(type, refusesUnknown));
    }

    private static @Nullable FieldShape plain(Class<?> raw) {
        if (raw == boolean.class || raw == Boolean.class) {
            return Kind.BOOLEAN;
        }
        if (raw == BigInteger.class) {
            return Kind.INTEGER;
        }
        if (raw == ObjectNode.class) {
            return Kind.OBJECT;
        }
        if (raw == ArrayNode.class) {
            return Kind.ARRAY;
        }
        return raw == JsonNode.class || raw == Object.class ? Kind.ANY : null;
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> known) {
            return known;
        }
        return type instanceof ParameterizedType generic && generic.getRawType() instanceof Class<?> known
                ? known
                : Object.class;
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType generic ? generic.getActualTypeArguments()[index] : Object.class;
    }

    /** A value that the JSON library reads as this type, without coercion. */
    private record Decoded(Type type, boolean refusesUnknown) implements FieldShape {
        @Override
        public String words() {
            Class<?> raw = raw(type);
            return raw.isEnum()
                    ? "one of "
                            + String.join(
                                    ", ",
                                    Arrays.stream(raw.getEnumConstants())
                                            .map(constant ->
                                                    JsonCodec.toTree(constant).asText())
                                            .toList())
                    : "a value for " + raw.getSimpleName();
        }

        @Override
        public void check(String where, JsonNode value, List<String> problems) {
            try {
                if (JsonMappers.strictReader(type, refusesUnknown).readValue(value) == null) {
                    problems.add(FieldShape.mismatch(where, words(), value));
                }
            } catch (IOException wrong) {
                problems.add(FieldShape.mismatch(where, words(), value)
                        + (raw(type).isEnum() ? "" : ": " + JsonErrorMessages.problemOf(wrong)));
            }
        }
    }
}
