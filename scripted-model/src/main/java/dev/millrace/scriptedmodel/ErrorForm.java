package dev.millrace.scriptedmodel;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.JsonCodec;
import org.jspecify.annotations.Nullable;

/** How a kind of server writes an error. */
enum ErrorForm {
    /** The type, the code and the parameter of OpenAI; servers of Open Responses send the same fields. */
    OPENAI,
    /** llama.cpp: the code is the HTTP status, and there is no parameter. */
    LLAMA_CPP,
    /** Anthropic: the type follows from the status. */
    ANTHROPIC;

    private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

    /** The form of a request with this path to a server of this kind. */
    static ErrorForm of(String path, ProviderDialect dialect) {
        if (path.equals(ModelRequest.MESSAGES)) {
            return ANTHROPIC;
        }
        return dialect == ProviderDialect.LLAMA_CPP ? LLAMA_CPP : OPENAI;
    }

    String body(int status, String type, @Nullable String code, @Nullable String param, String message) {
        ObjectNode body = JSON.objectNode();
        switch (this) {
            case OPENAI ->
                body.putObject("error")
                        .put("message", message)
                        .put("type", type)
                        .put("param", param)
                        .put("code", code);
            case LLAMA_CPP ->
                body.putObject("error")
                        .put("code", status)
                        .put("message", message)
                        .put("type", type);
            case ANTHROPIC -> {
                body.put("type", "error")
                        .putObject("error")
                        .put("type", anthropicType(status, type))
                        .put("message", message);
                body.put("request_id", "req_scripted");
            }
        }
        return JsonCodec.writeText(body);
    }

    private static String anthropicType(int status, String type) {
        return switch (status) {
            case 400, 422 -> "invalid_request_error";
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 504 -> "timeout_error";
            case 529 -> "overloaded_error";
            default -> status >= 500 ? "api_error" : type;
        };
    }
}
