package dev.millrace.core.internal.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.CoercionAction;
import com.fasterxml.jackson.databind.cfg.CoercionInputShape;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.type.LogicalType;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import java.lang.reflect.Type;

/** The mappers of the JSON library, as Millrace configures them. Safe for use by many threads. */
public final class JsonMappers {
    /** Ignores unknown fields; a missing required component is an error. */
    public static final JsonMapper LENIENT = JsonMapper.builder(new CheckingJsonFactory(2))
            .addModule(new Jdk8Module())
            .addModule(new JavaTimeModule())
            .addModule(OptionalJsonDeserializer.module())
            .addModule(BoundedNumberDeserializer.module())
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
            .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .enable(DeserializationFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_ABSENT, JsonInclude.Include.NON_ABSENT))
            .build();

    private static final JsonMapper STRICT = LENIENT.rebuild()
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .withCoercionConfig(
                    LogicalType.Textual,
                    config -> config.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Float, CoercionAction.Fail)
                            .setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail))
            .build();

    /** Its parsers hold the rule for numbers in what is appended. */
    public static final JsonFactory APPENDED =
            JsonMapper.builder(new CheckingJsonFactory(1)).build().getFactory();

    /** Has no limits, for what is stored already. */
    public static final JsonFactory STORED = CheckingJsonFactory.unlimited();

    private JsonMappers() {}

    /** A reader with the rules of {@link #LENIENT}. */
    public static ObjectReader lenientReader(Class<?> type, boolean refusesUnknown) {
        return refusing(LENIENT.readerFor(type), refusesUnknown);
    }

    /** A reader that coerces nothing. */
    public static ObjectReader strictReader(Type type, boolean refusesUnknown) {
        return refusing(STRICT.readerFor(STRICT.constructType(type)), refusesUnknown);
    }

    private static ObjectReader refusing(ObjectReader reader, boolean refusesUnknown) {
        return refusesUnknown
                ? reader.with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                : reader.without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    }
}
