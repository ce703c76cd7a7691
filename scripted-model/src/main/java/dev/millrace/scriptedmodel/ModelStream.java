package dev.millrace.scriptedmodel;

import java.util.List;

/** One response as server-sent events, in the pieces that are flushed one by one. */
interface ModelStream {
    /** A text, and all is well. */
    List<String> completed(List<String> deltas);

    /** As {@link #completed}, after thoughts. */
    List<String> completedAfterReasoning(String summary, List<String> deltas);

    /** Calls of tools, after a text, which may be empty. */
    List<String> called(List<ToolCall> calls, List<String> deltas);

    /** A refusal in words. */
    List<String> refused(List<String> deltas);

    /** A text that ends early: {@code max_output_tokens} or {@code content_filter}. */
    List<String> incomplete(String reason, List<String> deltas);

    /** An error after a beginning that looked well. */
    List<String> errorInStream(String code, String message);
}
