package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.http.ResponseParser;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A protocol of OpenAI. Servers that follow it have one of them or both.
 *
 * @since 0.1
 */
public enum Wire {
    /** The Responses API, {@code POST /responses}. */
    RESPONSES("responses"),
    /** Chat Completions, {@code POST /chat/completions}; most local servers and gateways have it. */
    CHAT("chat/completions");

    private final String path;

    Wire(String path) {
        this.path = path;
    }

    /** The name in events and settings: lower case. */
    public String wireName() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** What is appended to the base URL. */
    String path() {
        return path;
    }

    /** The body of a request. */
    ObjectNode body(Prompt prompt, Model model) {
        return this == CHAT ? ChatRequestBody.of(prompt, model) : ResponsesRequestBody.of(prompt, model);
    }

    /** A parser of one response. */
    ResponseParser parser(ModelSink sink) {
        return this == CHAT ? new ChatStreamReader(sink) : new ResponseStreamReader(sink);
    }

    /** What to do if a server does not answer as it does on this wire. */
    String hint() {
        Wire other = this == CHAT ? RESPONSES : CHAT;
        return "check openai.base-url: is there an API with /" + path
                + ", and does the address end in /v1? If the server has"
                + " /" + other.path + ", append llm-config-updated with \"wire\": \"" + other.wireName()
                + "\", or set openai.wire (OPENAI_WIRE) to " + other.wireName();
    }

    /** The wire of this name. Throws {@link IllegalArgumentException} that names {@code setting} if there is none. */
    static Wire parse(String name, String setting) {
        return Arrays.stream(values())
                .filter(wire -> wire.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(setting + " must be one of "
                        + List.of(RESPONSES.wireName(), CHAT.wireName()) + ", got '" + name + "'"));
    }
}
