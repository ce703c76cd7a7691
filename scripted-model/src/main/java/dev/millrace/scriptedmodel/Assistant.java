package dev.millrace.scriptedmodel;

import java.util.Optional;
import java.util.regex.Pattern;

/** A model of very little brain: it does sums and is polite. */
final class Assistant {
    private static final Pattern GREETING =
            Pattern.compile("\\b(hi|hello|hey|good (morning|evening))\\b", Pattern.CASE_INSENSITIVE);

    private Assistant() {}

    static String answer(String text) {
        Optional<String> sum = Arithmetic.answer(text);
        if (sum.isPresent()) {
            return sum.get();
        }
        if (text.isBlank()) {
            return "There is nothing to answer yet.";
        }
        if (GREETING.matcher(text).find()) {
            return "Hello! I am a scripted model: ask me for a sum, or tell me anything and I will say it back.";
        }
        return "You said: " + text.strip();
    }
}
