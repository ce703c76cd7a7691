package dev.millrace.processors.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

/**
 * The error body of a provider, in any of the usual forms: nested ({@code {"error":{"code","type","message"}}}), flat,
 * plain text, with a number as code, or not JSON.
 *
 * @param code the code, or empty
 * @param type the type, or empty
 * @param message the description
 * @param parameter the parameter of the request that the error is about, or empty
 * @param status an HTTP status that was sent as code, or 0
 * @since 0.1
 */
public record ErrorBody(String code, String type, String message, String parameter, int status) {
    /** The end of a message that was cut off. */
    static final String CUT = "…";

    private static final int LONGEST_MESSAGE = 500;
    private static final Pattern STATUS = Pattern.compile("\\d{3}");

    /** Parses a body, also one that is not JSON. */
    public static ErrorBody parse(String body) {
        if (body.isBlank()) {
            return new ErrorBody("", "", "no error body", "", 0);
        }
        try {
            return of(JsonCodec.parse(body));
        } catch (IllegalArgumentException notJson) {
            return new ErrorBody("", "", shorten(body.strip()), "", 0);
        }
    }

    /** Parses an error object, or an object that contains one. */
    public static ErrorBody of(JsonNode json) {
        JsonNode error = json;
        if (json.isArray() && !json.isEmpty()) {
            return of(json.get(0));
        }
        if (json.hasNonNull("error")) {
            error = json.path("error");
        } else if (json.path("errors").isArray() && !json.path("errors").isEmpty()) {
            error = json.path("errors").get(0);
        }
        if (error.isTextual()) {
            return new ErrorBody("", text(json, "type"), shorten(error.textValue()), "", 0);
        }
        String message = firstOf(error, "message", "detail", "error_description", "msg", "title");
        String code = error.path("code").asText("");
        boolean number = STATUS.matcher(code).matches();
        return new ErrorBody(
                number || error.path("code").isNull() ? "" : code,
                text(error, "type"),
                shorten(message.isEmpty() ? (error.isEmpty() ? "no error message" : error.toString()) : message),
                text(error, "param"),
                number ? Integer.parseInt(code) : 0);
    }

    /** Returns the failure; {@code httpStatus} is 0 if the error was inside a stream. */
    public ModelFailure failure(int httpStatus) {
        int known = httpStatus > 0 ? httpStatus : status;
        FailureKind kind = FailureKind.of(code, type, message, known);
        Optional<String> named = Optional.of(code.isEmpty() ? type : code).filter(name -> !name.isEmpty());
        return ModelFailure.of(kind, message)
                .with(named, httpStatus > 0 ? OptionalInt.of(httpStatus) : OptionalInt.empty());
    }

    private static String firstOf(JsonNode error, String... fields) {
        for (String field : fields) {
            JsonNode value = error.path(field);
            if (value.isTextual() && !value.textValue().isBlank()) {
                return value.textValue();
            }
            if (value.isContainerNode() && !value.isEmpty()) {
                return value.toString();
            }
        }
        return "";
    }

    private static String text(JsonNode json, String field) {
        String text = json.path(field).isTextual() ? json.path(field).textValue() : "";
        return text.equals("error") ? "" : text;
    }

    private static String shorten(String text) {
        return text.codePointCount(0, text.length()) <= LONGEST_MESSAGE
                ? text
                : text.substring(0, text.offsetByCodePoints(0, LONGEST_MESSAGE)) + CUT;
    }
}
