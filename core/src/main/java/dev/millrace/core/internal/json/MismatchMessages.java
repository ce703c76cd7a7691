package dev.millrace.core.internal.json;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.fasterxml.jackson.databind.exc.InvalidNullException;
import com.fasterxml.jackson.databind.exc.InvalidTypeIdException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.LocalDate;
import java.time.Period;
import java.time.temporal.Temporal;
import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Says why a JSON value does not fit a class, in the words of JSON: what was expected, and what is there. The texts of
 * the library name its classes and settings.
 */
final class MismatchMessages {
    private static final int LONGEST_VALUE = 100;

    private static final Set<Class<?>> WHOLE = Set.of(
            byte.class,
            short.class,
            int.class,
            long.class,
            Byte.class,
            Short.class,
            Integer.class,
            Long.class,
            BigInteger.class,
            OptionalInt.class,
            OptionalLong.class);

    private static final Set<Class<?>> NUMBERS = Set.of(
            float.class,
            double.class,
            Float.class,
            Double.class,
            BigDecimal.class,
            Number.class,
            OptionalDouble.class);

    private static final Pattern MISSING = Pattern.compile(
            "(?:Null value for creator property|Missing (?:required )?creator property|Cannot map `null` into).*", Pattern.DOTALL);
    private static final Pattern OUT_OF_RANGE =
            Pattern.compile("Numeric value \\((.*?)\\) out of range of .*", Pattern.DOTALL);
    private static final Pattern COERCED =
            Pattern.compile("Cannot coerce (?:empty )?[\\w-]+(?: value)? \\((.*)\\) to .*", Pattern.DOTALL);
    private static final Pattern EMPTY = Pattern.compile("Cannot coerce `null` to .*", Pattern.DOTALL);
    private static final Pattern KIND = Pattern.compile(
            ".*?(?: from (?:an? )?(Array|Object|String|Number|Integer|Floating-point|Boolean|Null)(?: value)?\\b"
                    + "|Unexpected token \\((?:VALUE_|START_)?(ARRAY|OBJECT|STRING|NUMBER|TRUE|FALSE|NULL)).*",
            Pattern.DOTALL);
    private static final Pattern TYPE_ID = Pattern.compile(
            "Could not resolve type id '(.*?)' as a subtype of .*known type ids = \\[(.*?)\\].*", Pattern.DOTALL);
    private static final Pattern NO_TYPE_ID =
            Pattern.compile("Could not resolve subtype of .*missing type id property '(.*?)'.*", Pattern.DOTALL);
    private static final Pattern TYPE_NAME = Pattern.compile(".*? (?:of type|instance of|to|into type) `([^`]*)`.*", Pattern.DOTALL);

    private MismatchMessages() {}

    /** The message; empty for a failure that is none of a value. */
    static Optional<String> of(JsonMappingException failure) {
        String message = String.valueOf(failure.getOriginalMessage());
        if (failure instanceof ValueInstantiationException && failure.getCause() != null) {
            return Optional.ofNullable(failure.getCause().getMessage());
        }
        if (failure instanceof UnrecognizedPropertyException) {
            return Optional.of("unknown field");
        }
        if (failure instanceof InvalidNullException || MISSING.matcher(message).matches()) {
            return Optional.of("missing");
        }
        Matcher range = OUT_OF_RANGE.matcher(message);
        if (range.matches()) {
            return Optional.of(outOfRange(range.group(1)));
        }
        if (failure instanceof InvalidTypeIdException) {
            return typeId(message);
        }
        return failure instanceof MismatchedInputException mismatch
                ? Optional.of(mismatch(mismatch, message))
                : Optional.empty();
    }

    /** What is said of a number that a class cannot hold. */
    static String outOfRange(String number) {
        return clip(number) + (number.startsWith("-") ? " is too small" : " is too large");
    }

    private static Optional<String> typeId(String message) {
        Matcher known = TYPE_ID.matcher(message);
        if (known.matches()) {
            return Optional.of("expected one of " + known.group(2) + ", got '" + clip(known.group(1)) + "'");
        }
        Matcher missing = NO_TYPE_ID.matcher(message);
        return missing.matches() ? Optional.of("'" + missing.group(1) + "' is missing") : Optional.empty();
    }

    private static String mismatch(MismatchedInputException failure, String message) {
        String got = "";
        Matcher coerced = COERCED.matcher(message);
        Matcher kind = KIND.matcher(message);
        if (failure instanceof InvalidFormatException wrong && wrong.getValue() != null) {
            Object value = wrong.getValue();
            got = value instanceof String text ? "\"" + clip(text) + "\"" : clip(value.toString());
        } else if (EMPTY.matcher(message).matches()) {
            got = "an empty string";
        } else if (coerced.matches()) {
            got = clip(coerced.group(1));
        } else if (kind.matches()) {
            got = kind(kind.group(1) == null ? kind.group(2) : kind.group(1));
        }
        return "expected " + expected(failure.getTargetType(), message) + (got.isEmpty() ? "" : ", got " + got);
    }

    private static String kind(String token) {
        return switch (token.toUpperCase(Locale.ROOT)) {
            case "ARRAY" -> "an array";
            case "OBJECT" -> "an object";
            case "STRING" -> "a string";
            case "BOOLEAN", "TRUE", "FALSE" -> "a boolean";
            case "NULL" -> "null";
            default -> "a number";
        };
    }

    private static String expected(@Nullable Class<?> type, String message) {
        if (type == null) {
            Matcher name = TYPE_NAME.matcher(message);
            return name.matches() && name.group(1).endsWith("String") ? "a string" : "another value";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(constant -> JsonMappers.LENIENT.valueToTree(constant).asText())
                    .collect(Collectors.joining(", ", "one of ", ""));
        }
        if (WHOLE.contains(type)) {
            return "a whole number";
        }
        if (NUMBERS.contains(type)) {
            return "a number";
        }
        if (type == boolean.class || type == Boolean.class) {
            return "true or false";
        }
        if (type == String.class) {
            return "a string";
        }
        if (type == LocalDate.class) {
            return "a date such as \"2026-01-31\"";
        }
        if (Temporal.class.isAssignableFrom(type)) {
            return "a time such as \"2026-01-31T12:00:00Z\"";
        }
        if (type == Duration.class || type == Period.class) {
            return "a duration such as \"" + (type == Duration.class ? "PT1M" : "P1D") + "\"";
        }
        if (type == byte[].class) {
            return "bytes in base64";
        }
        if (type == UUID.class) {
            return "a UUID";
        }
        if (Collection.class.isAssignableFrom(type) || type.isArray()) {
            return "an array";
        }
        boolean isObject = Map.class.isAssignableFrom(type) || type.isRecord();
        return isObject ? "an object" : "a value for " + type.getSimpleName();
    }

    private static String clip(String text) {
        return text.length() <= LONGEST_VALUE ? text : text.substring(0, LONGEST_VALUE) + "…";
    }
}
