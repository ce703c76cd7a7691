package dev.millrace.testkit;

import java.util.ArrayList;
import java.util.List;

/**
 * A conversation.
 *
 * @param history who said what
 * @param lastUserOffset the newest word of the user, 0 for none
 * @param lastAnswerOffset the newest word of the assistant, 0 for none
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
