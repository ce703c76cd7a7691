package dev.millrace.processors.agent.tool;

import com.fasterxml.classmate.ResolvedType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.module.jackson.JacksonModule;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.payload.Positive;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * JSON schemas of records, in the form that providers accept with {@code strict: true}: each object has all its
 * properties and no other, and an optional component may be null. The properties are in the order of the components.
 */
final class ToolSchema {
    private static final Map<Class<?>, String> FORMATS = Map.of(
            Instant.class, "date-time",
            OffsetDateTime.class, "date-time",
            LocalDate.class, "date",
            Duration.class, "duration",
            UUID.class, "uuid");
    private static final Map<Class<?>, String> OPTIONAL_NUMBERS = Map.of(
            OptionalInt.class, "integer",
            OptionalLong.class, "integer",
            OptionalDouble.class, "number");
    private static final String SLF4J_PROVIDER = "META-INF/services/org.slf4j.spi.SLF4JServiceProvider";
    private static final String SLF4J_VERBOSITY = "slf4j.internal.verbosity";
    private static final SchemaGenerator GENERATOR = loaded();

    private ToolSchema() {}

    /** The schema of a record. */
    static synchronized ObjectNode of(Class<?> record) {
        ObjectNode schema = GENERATOR.generateSchema(record);
        schema.remove("description"); // it is the one of the tool
        if (!schema.has("properties")) {
            schema.putObject("properties");
            schema.putArray("required");
        }
        return schema;
    }

    /**
     * The generator, after its first use. Its library writes messages for its developers with SLF4J, which prints three
     * lines when it starts without a provider of a logging library. They mean nothing to a program that has none, so SLF4J
     * starts without them; it stays as it is if it has a provider, or if the program has chosen what it prints.
     */
    private static SchemaGenerator loaded() {
        boolean isHeard = ToolSchema.class.getClassLoader().getResource(SLF4J_PROVIDER) != null;
        if (isHeard || System.getProperty(SLF4J_VERBOSITY) != null) {
            return generator();
        }
        System.setProperty(SLF4J_VERBOSITY, "ERROR");
        try {
            SchemaGenerator generator = generator();
            generator.generateSchema(String.class);
            return generator;
        } finally {
            System.clearProperty(SLF4J_VERBOSITY);
        }
    }

    private static SchemaGenerator generator() {
        SchemaGeneratorConfigBuilder builder = new SchemaGeneratorConfigBuilder(
                        SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(new JacksonModule())
                .with(Option.MAP_VALUES_AS_ADDITIONAL_PROPERTIES)
                .without(Option.SCHEMA_VERSION_INDICATOR);
        builder.forFields()
                .withRequiredCheck(field -> true)
                .withNullableCheck(field -> Optional.class == erased(field.getDeclaredType()))
                .withDescriptionResolver(ToolSchema::description)
                .withNumberExclusiveMinimumResolver(field -> isPositive(field) ? BigDecimal.ZERO : null);
        builder.forTypesInGeneral()
                .withDescriptionResolver(scope -> {
                    Description description = erased(scope.getType()).getAnnotation(Description.class);
                    return description == null ? null : description.value();
                })
                .withAdditionalPropertiesResolver(
                        scope -> erased(scope.getType()).isRecord() ? Void.class : null) // none
                .withPropertySorter(Comparator.comparing(property -> 0)) // as they are declared
                .withCustomDefinitionProvider((type, context) -> {
                    ObjectNode definition = definition(erased(type));
                    return definition == null ? null : new CustomDefinition(definition, true);
                });
        return new SchemaGenerator(builder.build());
    }

    private static Class<?> erased(@Nullable ResolvedType type) {
        return type == null ? Object.class : type.getErasedType();
    }

    private static @Nullable String description(FieldScope field) {
        Description description = field.getAnnotation(Description.class);
        return description == null ? null : description.value();
    }

    private static boolean isPositive(FieldScope field) {
        Class<?> owner = erased(field.getDeclaringType());
        return owner.isRecord()
                && Arrays.stream(owner.getRecordComponents())
                        .filter(component -> component.getName().equals(field.getDeclaredName()))
                        .anyMatch(ToolSchema::isPositive);
    }

    private static boolean isPositive(RecordComponent component) {
        return component.isAnnotationPresent(Positive.class);
    }

    /** The schema of a type that the JSON library writes in a form of its own. */
    private static @Nullable ObjectNode definition(Class<?> type) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        String format = FORMATS.get(type);
        if (format != null) {
            return schema.put("type", "string").put("format", format);
        }
        String number = OPTIONAL_NUMBERS.get(type);
        if (number != null) {
            schema.putArray("type").add(number).add("null");
            return schema;
        }
        if (type.isEnum()) {
            schema.put("type", "string");
            var values = schema.putArray("enum");
            Arrays.stream(type.getEnumConstants()).map(JsonCodec::toTree).forEach(values::add);
            return schema;
        }
        return type == Object.class || JsonNode.class.isAssignableFrom(type) ? schema : null;
    }
}
