package dev.millrace.processors.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import java.util.List;
import java.util.Optional;
import okhttp3.HttpUrl;

/**
 * The frames of a stream that are no events of the API. They are ignored if the response reaches its end; else they say
 * why it did not: a proxy reports its errors in a frame, and a server of another API has other frames. Not thread-safe.
 */
final class UnknownFrames {
    private static final List<String> FIELDS_OF_ERRORS =
            List.of("error", "errors", "message", "detail", "code", "error_description", "msg", "title");

    private final HttpUrl url;
    private final ApiKey key;
    private final String hint;
    private Optional<String> first = Optional.empty();
    private boolean isOnly = true;

    /** Of an answer of this URL; {@code hint} says what to do if it is of another API. */
    UnknownFrames(HttpUrl url, ApiKey key, String hint) {
        this.url = url;
        this.key = key;
        this.hint = hint;
    }

    /** An event of the API: frames before it were no reason. */
    void known() {
        first = Optional.empty();
        isOnly = false;
    }

    /** A frame that is none; returns the failure if it shows that the server has another API. */
    Optional<ModelFailure> unknown(String data) {
        boolean isCut = data.stripLeading().startsWith("{") && parsed(data).isEmpty();
        if (first.isEmpty() && !isCut) {
            first = Optional.of(data);
        }
        return isOnly ? parsed(data).flatMap(this::ofAnotherApi) : Optional.empty();
    }

    /** The failure if JSON is an answer of another API. Another try would get the same. */
    Optional<ModelFailure> ofAnotherApi(JsonNode json) {
        return api(json)
                .map(api -> ModelFailure.of(FailureKind.INVALID_REQUEST, url + " answered with " + api + "; " + hint));
    }

    private Optional<String> api(JsonNode json) {
        String type = json.path("type").asText();
        if (json.path("object").asText().startsWith("chat.completion")
                || json.path("choices").isArray()) {
            return other("completions", "a chat completion");
        }
        if (type.startsWith("response.") || json.path("object").asText().equals("response")) {
            return other("responses", "a response of OpenAI's Responses API");
        }
        return type.equals("message_start")
                        || (type.equals("message") && json.path("content").isArray())
                ? other("messages", "a message of Anthropic's API")
                : Optional.empty();
    }

    private Optional<String> other(String path, String name) {
        return url.pathSegments().contains(path) ? Optional.empty() : Optional.of(name);
    }

    /** The failure of a stream that ended early: what the frames say, if they say it. */
    ModelFailure explain(ModelFailure cut) {
        if (first.isEmpty()) {
            return cut;
        }
        String frame = key.redact(first.get());
        ErrorBody said = ErrorBody.parse(frame);
        ModelFailure failure = said.failure(0);
        Optional<JsonNode> json = parsed(frame);
        if (json.filter(UnknownFrames::isNewEvent).isPresent()) {
            return cut;
        }
        boolean isEvent = json.filter(event -> event.path("type").isTextual()).isPresent();
        if (failure.kind() == FailureKind.UNKNOWN && (isEvent || !isOnly)) {
            return cut.withMessage(
                    cut.message() + "; the last frames that are no events of this API begin with: " + said.message());
        }
        String what = isOnly ? url + " answered with a frame that is no event of this API: " : "";
        return failure.withMessage(
                isOnly && failure.kind() == FailureKind.UNKNOWN
                        ? what + said.message() + "; " + hint
                        : what + said.message());
    }

    /** Whether a frame is an event of a later version of the API: its texts can be words of the model. */
    private static boolean isNewEvent(JsonNode json) {
        return json.path("type").isTextual() && FIELDS_OF_ERRORS.stream().noneMatch(json::has);
    }

    private static Optional<JsonNode> parsed(String data) {
        try {
            return Optional.of(JsonCodec.parse(data)).filter(JsonNode::isObject);
        } catch (IllegalArgumentException notJson) {
            return Optional.empty();
        }
    }
}
