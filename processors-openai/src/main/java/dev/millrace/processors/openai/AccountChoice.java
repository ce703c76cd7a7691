package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.JsonCodec;
import java.util.List;
import java.util.Optional;

/**
 * The choice between accounts of one text. An account that a server sends early, or of its last tokens only, is the
 * begin or the end of the right one; so the longest one that agrees with the account of most authority is chosen. One
 * that contradicts it is not: pieces can have replacement characters, and a server can take back what it streamed.
 */
final class AccountChoice {
    private AccountChoice() {}

    /** The text; the account with the most authority is the first. */
    static String text(List<String> accounts) {
        String best = "";
        for (String account : accounts) {
            if (best.isEmpty() || isMore(account, best)) {
                best = account;
            }
        }
        return best;
    }

    /** Whether an account has all of another one, and more; one that only says the other one twice has not. */
    private static boolean isMore(String account, String than) {
        String longer = account.strip();
        String shorter = than.strip();
        return longer.length() > shorter.length()
                && (longer.startsWith(shorter) || longer.endsWith(shorter))
                && !longer.equals(shorter + shorter);
    }

    /** The arguments of a call: the longest account that is a JSON object; if none is, the text as above. */
    static String arguments(List<String> accounts) {
        String best = "";
        Optional<JsonNode> known = Optional.empty();
        for (String account : accounts) {
            Optional<JsonNode> json = account.length() > best.length() ? parsed(account) : Optional.empty();
            if (json.isPresent() && !json.equals(known)) {
                best = account;
                known = json;
            }
        }
        return known.isPresent() ? best : text(accounts);
    }

    /** Whether a text is a JSON object. */
    static boolean isObject(String text) {
        return text.stripTrailing().endsWith("}") && parsed(text).isPresent();
    }

    private static Optional<JsonNode> parsed(String account) {
        try {
            return Optional.of(JsonCodec.parse(account)).filter(JsonNode::isObject);
        } catch (IllegalArgumentException notJson) {
            return Optional.empty();
        }
    }
}
