package dev.millrace.processors.openai;

import dev.millrace.scriptedmodel.StreamQuirk;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream of a chat completion as some server sends it.
 *
 * @param name what is special about it
 * @param expected what a client should make of it, in the form of {@link Recording#summary()}
 * @param events the server-sent events
 */
record ChatQuirk(String name, String expected, String events) {
    private static final String CHUNK =
            "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"model\":\"m\",\"choices\":";

    /** All of {@code chat-quirks.txt}. */
    static List<ChatQuirk> all() {
        List<ChatQuirk> quirks = new ArrayList<>();
        for (String section : text().split("(?m)^== ")) {
            String[] lines = section.split("\n");
            if (section.startsWith("#")) {
                continue;
            }
            StringBuilder events = new StringBuilder();
            for (int i = 2; i < lines.length; i++) {
                events.append(event(lines[i]));
            }
            quirks.add(new ChatQuirk(lines[0], lines[1].substring("=> ".length()), events.toString()));
        }
        return quirks;
    }

    private static String event(String line) {
        String json = line.replace("\\'", "\\\"").replace('\'', '"');
        if (line.isBlank()) {
            return "";
        }
        if (line.startsWith("event:")) {
            return line + "\n";
        }
        return switch (line.substring(0, 2)) {
            case "d " -> chunk("[{\"index\":0,\"delta\":" + json.substring(2) + ",\"finish_reason\":null}]}");
            case "f " -> chunk("[{\"index\":0,\"delta\":{},\"finish_reason\":\"" + line.substring(2) + "\"}]}");
            case "u " -> {
                String[] counts = line.substring(2).split("/");
                yield chunk(
                        "[],\"usage\":{\"prompt_tokens\":" + counts[0] + ",\"completion_tokens\":" + counts[1] + "}}");
            }
            default -> json + "\n\n";
        };
    }

    private static String chunk(String end) {
        return "data: " + CHUNK + end + "\n\n";
    }

    private static String text() {
        try (InputStream in = ChatQuirk.class.getResourceAsStream("chat-quirks.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }

    /** What a client should make of a stream of the scripted model. */
    static String expected(StreamQuirk quirk) {
        return switch (quirk) {
            case CHAT_INDEX_MISSING, CHAT_ID_MISSING_AT_FIRST, CHAT_STOP_WITH_CALLS ->
                "call call_a add {\"a\":1} | completed";
            case CHAT_INDEX_ALWAYS_ZERO, CHAT_ID_ONLY_AT_FIRST ->
                "call call_a add {\"a\":1} | call call_b add {\"a\":2} | completed";
            case CHAT_ID_NEVER -> "call - add {\"a\":1} | completed";
            case CHAT_WHOLE_ARGUMENTS -> "call call_a add {\"a\":1,\"b\":2} | completed";
            case CHAT_EMPTY_ARGUMENTS -> "call call_a now - | completed";
            case CHAT_BROKEN_ARGUMENTS -> "call call_a add {\"a\":1, | completed";
            case CHAT_ERROR_IN_STREAM -> "failed context-length";
            case CHAT_NO_END -> "failed truncated";
            case CHAT_REASONING -> "reasoning Let me see.Yes. | text Hello | completed";
            case CHAT_USAGE_ALONE -> "text Hello | usage 3/1 | completed";
            case CHAT_NO_MARK -> "text Hello | completed";
            default -> throw new IllegalArgumentException(quirk + " is no chat completion");
        };
    }
}
