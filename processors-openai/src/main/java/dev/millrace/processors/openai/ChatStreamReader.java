package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.http.ErrorBody;
import dev.millrace.processors.agent.http.ResponseParser;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Usage;
import java.util.Locale;
import java.util.Optional;

/**
 * A parser of a streamed chat completion. It is successful if a reason to finish or the end mark was read; without both
 * it was cut off. The usage can follow the reason, so the response ends with the end mark or with the stream. Unknown
 * fields are ignored, and so are all choices but the first.
 *
 * <p>Pieces are reported at once, items only at the end, because no event says that one is complete.
 *
 * <p>Not thread-safe; the events of one response come from one thread.
 */
final class ChatStreamReader implements ResponseParser {
    private static final String END_MARK = "[DONE]";

    private final ModelSink sink;
    private final ChatAnswer answer;
    private Optional<String> id = Optional.empty();
    private Optional<String> model = Optional.empty();
    private Optional<String> finishReason = Optional.empty();
    private Optional<Usage> usage = Optional.empty();
    private long events;
    private boolean ended;

    ChatStreamReader(ModelSink sink) {
        this.sink = sink;
        this.answer = new ChatAnswer(sink);
    }

    @Override
    public long events() {
        return events;
    }

    @Override
    public boolean isEnded() {
        return ended;
    }

    @Override
    public boolean isComplete() {
        return ended || finishReason.isPresent();
    }

    @Override
    public boolean event(String name, String data) {
        if (ended || data.isBlank()) {
            return true;
        }
        if (data.strip().equals(END_MARK)) {
            if (isComplete() || !answer.isEmpty()) {
                finish();
            }
            return true;
        }
        JsonNode json;
        try {
            json = JsonCodec.parse(data);
        } catch (IllegalArgumentException notJson) {
            return false;
        }
        if (isError(json)) {
            error(json);
            return true;
        }
        if (!isChunk(json)) {
            return false;
        }
        long number = events++;
        about(json);
        JsonNode choice = choice(json);
        if (choice.path("message").isObject()) {
            answer.whole(choice.path("message"));
        }
        answer.delta(choice.path("delta"), number);
        finishReason(choice);
        return true;
    }

    private static boolean isChunk(JsonNode json) {
        return json.path("choices").isArray()
                || json.path("object").asText().startsWith("chat.completion")
                || usage(json).isPresent();
    }

    private static boolean isError(JsonNode json) {
        JsonNode error = json.path("error");
        return json.path("object").asText().equals("error")
                || !error.asText("").isBlank()
                || (error.isContainerNode() && !error.isEmpty());
    }

    /** The first choice: the one with the index 0, or without one. */
    private static JsonNode choice(JsonNode json) {
        for (JsonNode choice : json.path("choices")) {
            if (choice.path("index").asInt(0) == 0) {
                return choice;
            }
        }
        return json.path("choices").path(0).path("none");
    }

    private void about(JsonNode json) {
        id = id.or(() -> text(json, "id"));
        model = model.or(() -> text(json, "model"));
        usage(json).ifPresent(found -> usage = Optional.of(found));
    }

    private void finishReason(JsonNode choice) {
        String reason = choice.path("finish_reason").asText("");
        if (finishReason.isEmpty() && !reason.isBlank()) {
            finishReason = Optional.of(reason.toLowerCase(Locale.ROOT));
        }
    }

    @Override
    public boolean whole(JsonNode response) {
        JsonNode choice = choice(response);
        if (!choice.path("message").isObject()) {
            return false;
        }
        if (!ended) {
            about(response);
            answer.whole(choice.path("message"));
            finishReason(choice);
            finish();
        }
        return true;
    }

    @Override
    public void eof(ModelFailure otherwise) {
        if (!ended && isComplete()) {
            finish();
        } else {
            fail(otherwise);
        }
    }

    private void error(JsonNode json) {
        if (isComplete()) {
            finish(); // the answer is there; an error after it is about something else
        } else {
            fail(ErrorBody.of(json).failure(0));
        }
    }

    private void finish() {
        String reason = finishReason.orElse("");
        Optional<FailureKind> failure = failure(reason);
        if (failure.isPresent()) {
            fail(ModelFailure.of(
                    failure.get(), "the service ended its answer early, with finish_reason '" + reason + "'"));
            return;
        }
        answer.report();
        end(new ModelResult.Response(id, model, incomplete(reason), usage));
    }

    /** Words of vendors for an answer that a failure of theirs has ended. */
    private static Optional<FailureKind> failure(String reason) {
        return switch (reason) {
            case "error", "insufficient_system_resource" -> Optional.of(FailureKind.OVERLOADED);
            case "abort", "cancelled", "network_error" -> Optional.of(FailureKind.TRUNCATED);
            default -> Optional.empty();
        };
    }

    /** Why an answer is incomplete, in the words of the Responses API; words that are not known mean a normal end. */
    private static Optional<String> incomplete(String reason) {
        return switch (reason) {
            case "length", "max_tokens", "max_output_tokens", "model_length" -> Optional.of("max_output_tokens");
            case "content_filter", "safety", "sensitive", "recitation", "prohibited_content" ->
                Optional.of("content_filter");
            case "model_context_window_exceeded" -> Optional.of(reason);
            default -> Optional.empty();
        };
    }

    private void fail(ModelFailure failure) {
        if (!ended) {
            end(failure.usage().isPresent() ? failure : failure.withUsage(usage));
        }
    }

    private void end(ModelResult result) {
        ended = true;
        sink.end(result);
    }

    /** The usage of a chunk: at the top, in the choice, or in a field of a vendor. */
    private static Optional<Usage> usage(JsonNode json) {
        return counts(json.path("usage"))
                .or(() -> counts(choice(json).path("usage")))
                .or(() -> counts(json.at("/x_groq/usage")));
    }

    private static Optional<Usage> counts(JsonNode usage) {
        return usage.path("prompt_tokens").isNumber()
                        || usage.path("completion_tokens").isNumber()
                ? Optional.of(new Usage(
                        usage.path("prompt_tokens").asLong(),
                        usage.path("completion_tokens").asLong(),
                        number(usage.at("/prompt_tokens_details/cached_tokens"))
                                .or(() -> number(usage.path("prompt_cache_hit_tokens"))),
                        number(usage.at("/completion_tokens_details/reasoning_tokens")),
                        false))
                : Optional.empty();
    }

    private static Optional<Long> number(JsonNode json) {
        return json.isIntegralNumber() ? Optional.of(json.longValue()) : Optional.empty();
    }

    private static Optional<String> text(JsonNode json, String field) {
        return Optional.of(json.path(field).asText("")).filter(text -> !text.isEmpty());
    }
}
