package dev.millrace.processors.openai;

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

    /** The wire of this name. Throws {@link IllegalArgumentException} that names {@code setting} if there is none. */
    static Wire parse(String name, String setting) {
        return Arrays.stream(values())
                .filter(wire -> wire.wireName().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(setting + " must be one of "
                        + List.of(RESPONSES.wireName(), CHAT.wireName()) + ", got '" + name + "'"));
    }
}
