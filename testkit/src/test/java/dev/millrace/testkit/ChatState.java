package dev.millrace.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * A conversation.
 *
 * @param history all messages
 * @param lastUserOffset offset of the last user message, or 0
 * @param lastAnswerOffset offset of the last assistant message, or 0
 */
record ChatState(List<String> history, long lastUserOffset, long lastAnswerOffset) {
    static ChatState empty() {
        return new ChatState(List.of(), 0, 0);
    }

    ChatState user(String text, long offset) {
        return new ChatState(plus("user: " + text), offset, lastAnswerOffset);
    }

    ChatState assistant(String text, long offset) {
        return new ChatState(plus("assistant: " + text), lastUserOffset, offset);
    }

    boolean owesReply() {
        return lastUserOffset > lastAnswerOffset;
    }

    private List<String> plus(String line) {
        List<String> more = new ArrayList<>(history);
        more.add(line);
        return List.copyOf(more);
    }
}
