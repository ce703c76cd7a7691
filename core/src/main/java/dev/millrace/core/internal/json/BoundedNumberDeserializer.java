package dev.millrace.core.internal.json;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.BeanDescription;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.deser.BeanDeserializerModifier;
import com.fasterxml.jackson.databind.deser.std.DelegatingDeserializer;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.type.ReferenceType;
import java.io.IOException;
import java.io.Serial;
import java.math.BigDecimal;
import java.time.temporal.Temporal;
import java.time.temporal.TemporalAmount;
import java.util.OptionalDouble;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Refuses a number that is too large for its class. By default the library reads {@code 1e400} as infinity, or as a
 * time in 1970.
 */
final class BoundedNumberDeserializer extends DelegatingDeserializer {
    @Serial
    private static final long serialVersionUID = 1L;

    private static final Set<Class<?>> FLOATING =
            Set.of(double.class, Double.class, float.class, Float.class, OptionalDouble.class);

    private static final int MOST_DIGITS_OF_SECONDS = 18;

    private BoundedNumberDeserializer(JsonDeserializer<?> delegate) {
        super(delegate);
    }

    static SimpleModule module() {
        SimpleModule module = new SimpleModule("millrace-bounded-numbers");
        module.setDeserializerModifier(new Modifier());
        return module;
    }

    @Override
    protected JsonDeserializer<?> newDelegatingInstance(JsonDeserializer<?> newDelegatee) {
        return new BoundedNumberDeserializer(newDelegatee);
    }

    @Override
    public @Nullable Object deserialize(JsonParser parser, DeserializationContext context) throws IOException {
        boolean isFloating = FLOATING.contains(handledType());
        if (!parser.currentToken().isNumeric()) {
            String text = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
            Object value = super.deserialize(parser, context);
            if (isFloating && isInfinite(value) && text.chars().anyMatch(Character::isDigit)) { // not "Infinity"
                throw JsonMappingException.from(parser, MismatchMessages.outOfRange(text.strip()));
            }
            return value;
        }
        BigDecimal number = parser.getDecimalValue();
        boolean isTooLarge = isFloating
                ? Double.isInfinite(number.doubleValue())
                : (long) number.precision() - number.scale() > MOST_DIGITS_OF_SECONDS;
        Object value = isTooLarge ? null : super.deserialize(parser, context);
        if (isTooLarge || isInfinite(value)) {
            throw JsonMappingException.from(parser, MismatchMessages.outOfRange(number.toString()));
        }
        return value;
    }

    private static boolean isInfinite(@Nullable Object value) {
        return (value instanceof Number number && Double.isInfinite(number.doubleValue()))
                || (value instanceof OptionalDouble optional
                        && optional.isPresent()
                        && Double.isInfinite(optional.getAsDouble()));
    }

    private static final class Modifier extends BeanDeserializerModifier {
        @Serial
        private static final long serialVersionUID = 1L;

        @Override
        public JsonDeserializer<?> modifyDeserializer(
                DeserializationConfig config, BeanDescription description, JsonDeserializer<?> deserializer) {
            return bounded(description.getBeanClass(), deserializer);
        }

        @Override
        public JsonDeserializer<?> modifyReferenceDeserializer(
                DeserializationConfig config,
                ReferenceType type,
                BeanDescription description,
                JsonDeserializer<?> deserializer) {
            return bounded(type.getRawClass(), deserializer);
        }

        private static JsonDeserializer<?> bounded(Class<?> type, JsonDeserializer<?> deserializer) {
            boolean isBounded = FLOATING.contains(type)
                    || Temporal.class.isAssignableFrom(type)
                    || TemporalAmount.class.isAssignableFrom(type);
            return isBounded ? new BoundedNumberDeserializer(deserializer) : deserializer;
        }
    }
}
