package dev.millrace.scriptedmodel;

import java.util.Optional;
import java.util.regex.Pattern;

/** The demo model: it does sums, greets, and can write one fixed script. */
final class ScriptedAssistant {
    private static final Pattern GREETING =
            Pattern.compile("\\b(hi|hello|hey|good (morning|evening))\\b", Pattern.CASE_INSENSITIVE);

    private static final Pattern LESSON = Pattern.compile("\\blearn to count words\\b", Pattern.CASE_INSENSITIVE);
    private static final String WORD_COUNTER = """
            From now on I count the words of what you say.

            ```js
            export default {
              async afterAppend({ append, event }) {
                const { role, content } = event.payload;
                if (event.type === "agent-input-added" && role === "user" && typeof content === "string") {
                  const words = content.split(/\\s+/).filter(Boolean).length;
                  await append({ type: "words-counted", payload: { words, of: event.offset } });
                }
              },
            };
            ```
            """;

    private ScriptedAssistant() {}

    static String answer(String text) {
        Optional<String> sum = Arithmetic.answer(text);
        if (sum.isPresent()) {
            return sum.get();
        }
        if (text.isBlank()) {
            return "There is nothing to answer yet.";
        }
        if (LESSON.matcher(text).find()) {
            return WORD_COUNTER;
        }
        if (GREETING.matcher(text).find()) {
            return "Hello! I am a scripted model: ask me for a sum, or tell me anything and I will say it back.";
        }
        return "You said: " + text.strip();
    }
}
