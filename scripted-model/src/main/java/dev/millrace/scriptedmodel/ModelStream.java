package dev.millrace.scriptedmodel;

import java.util.List;

/** Writes a response as server-sent events, in the pieces that are flushed one by one. */
interface ModelStream {
    /** A complete text. */
    List<String> completed(List<String> deltas);

    /** Like {@link #completed}, after reasoning. */
    List<String> completedAfterReasoning(String summary, List<String> deltas);

    /** Tool calls after a text, which may be empty. */
    List<String> called(List<ToolCall> calls, List<String> deltas);

    /** A text in which the model declines. */
    List<String> refused(List<String> deltas);

    /** A text that ends early, because of {@code max_output_tokens} or {@code content_filter}. */
    List<String> incomplete(String reason, List<String> deltas);

    /** An error in a stream that began with 200. */
    List<String> errorInStream(String code, String message);
}
