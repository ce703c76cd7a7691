package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The answer to a malformed request; a validator throws it, and the server sends it. It has no stack trace. */
final class RequestRefusal extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final String TYPE = "invalid_request_error";

    private final int status;
    private final String type;
    private final @Nullable String code;
    private final @Nullable String param;

    RequestRefusal(int status, String type, @Nullable String code, @Nullable String param, String message) {
        super(message, null, false, false);
        this.status = status;
        this.type = type;
        this.code = code;
        this.param = param;
    }

    /** A 400 with these words. */
    static RequestRefusal of(@Nullable String code, @Nullable String param, String message) {
        return new RequestRefusal(400, TYPE, code, param, message);
    }

    /** A 400 that has only words, as servers other than OpenAI send it. */
    static RequestRefusal of(String message) {
        return of(null, null, message);
    }

    static RequestRefusal missing(String param) {
        return of("missing_required_parameter", param, "Missing required parameter: '" + param + "'.");
    }

    static RequestRefusal unknown(String param) {
        return of("unknown_parameter", param, "Unknown parameter: '" + param + "'.");
    }

    static RequestRefusal value(String param, String value, List<String> supported) {
        return of("invalid_value", param, "Invalid value: '" + value + "'. Supported values are: " + list(supported));
    }

    static RequestRefusal type(String param, String expected, JsonNode got) {
        return of(
                "invalid_type",
                param,
                "Invalid type for '" + param + "': expected " + expected + ", but got " + kind(got) + " instead.");
    }

    static RequestRefusal emptyArray(String param) {
        return of(
                "empty_array",
                param,
                "Invalid '" + param
                        + "': empty array. Expected an array with minimum length 1, but got an empty array instead.");
    }

    private static String list(List<String> values) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < values.size(); i++) {
            String separator = i == 0 ? "" : i < values.size() - 1 ? ", " : values.size() == 2 ? " and " : ", and ";
            text.append(separator).append('\'').append(values.get(i)).append('\'');
        }
        return text.append('.').toString();
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case ARRAY -> "an array";
            case OBJECT -> "an object";
            case STRING -> "a string";
            case BOOLEAN -> "a boolean";
            case NUMBER -> node.isIntegralNumber() ? "an integer" : "a decimal number";
            default -> "null";
        };
    }

    /** The words of the server. */
    String message() {
        return String.valueOf(getMessage());
    }

    /** The reply that carries this refusal, in the form of the wire. */
    ModelReply reply() {
        return ModelReply.refused(status, type, code, param, message());
    }
}
