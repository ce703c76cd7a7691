package dev.millrace.processors.anthropic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * The messages of a request. Adjacent blocks of one role become one message, with one exception: thinking must come
 * first in a message, so it starts a new one. The service joins such messages again.
 *
 * <p>The first and the last message are of the user, because the service refuses others. Not thread-safe.
 */
final class MessageList {
    static final String USER = "user";
    static final String ASSISTANT = "assistant";

    private static final String BEGIN = "[The conversation begins with a message of the assistant.]";
    private static final String END = "[Continue.]";

    private final ArrayNode messages = JsonNodeFactory.instance.arrayNode();

    void add(String role, ObjectNode block) {
        JsonNode last = messages.path(messages.size() - 1);
        boolean joins = last.path("role").asText().equals(role)
                && !(OutputBlocks.isThinking(block) && endsWithOther(last.path("content")));
        if (joins && last.path("content") instanceof ArrayNode content) {
            content.add(block);
        } else {
            messages.add(message(role, block));
        }
    }

    private static ObjectNode message(String role, ObjectNode block) {
        ObjectNode message = JsonNodeFactory.instance.objectNode().put("role", role);
        message.putArray("content").add(block);
        return message;
    }

    private static boolean endsWithOther(JsonNode content) {
        return !OutputBlocks.isThinking(content.path(content.size() - 1));
    }

    /** The messages, between messages of the user. */
    ArrayNode complete() {
        if (!messages.path(0).path("role").asText().equals(USER)) {
            messages.insert(0, message(USER, InputBlocks.text(messages.isEmpty() ? END : BEGIN)));
        }
        if (messages.path(messages.size() - 1).path("role").asText().equals(ASSISTANT)) {
            messages.add(message(USER, InputBlocks.text(END)));
        }
        return messages;
    }
}
