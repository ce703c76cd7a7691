package dev.millrace.examples.hello;

import java.util.List;
import java.util.stream.Stream;

// region state
/**
 * The conversation so far.
 *
 * @param history one line for each message, oldest first
 * @param lastUserOffset the offset of the newest user message; 0 for none
 * @param owesReply true if that message has no answer yet
 */
public record ChatState(List<String> history, long lastUserOffset, boolean owesReply) {
    static ChatState empty() {
        return new ChatState(List.of(), 0, false);
    }

    ChatState userSaid(String text, long offset) {
        return new ChatState(plus("user: " + text), offset, true);
    }

    ChatState assistantSaid(String text) {
        return new ChatState(plus("assistant: " + text), lastUserOffset, false);
    }

    private List<String> plus(String line) {
        return Stream.concat(history.stream(), Stream.of(line)).toList();
    }
}
// endregion
