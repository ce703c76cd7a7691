package dev.millrace.processors.openai;

import java.util.List;

/** A text of a chat completion: its pieces, and what the server says that the whole text is. Not thread-safe. */
final class ChatText {
    final int outputIndex;
    private final StringBuilder pieces = new StringBuilder();
    private String whole = "";

    ChatText(int outputIndex) {
        this.outputIndex = outputIndex;
    }

    void piece(String text) {
        pieces.append(text);
    }

    void whole(String text) {
        whole = text;
    }

    String text() {
        return AccountChoice.text(List.of(whole, pieces.toString()));
    }
}
