package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.processors.agent.http.ErrorBody;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The parameters that a request can lack. Not every service knows each of them, and no list says which does; so a
 * refusal that names one teaches it.
 */
final class OptionalParameters {
    static final String INCLUDE = "include";
    static final String STORE = "store";
    static final String STREAM_OPTIONS = "stream_options";
    static final String REASONING = "reasoning";
    static final String MAX_OUTPUT_TOKENS = "max_output_tokens";
    static final String TEMPERATURE = "temperature";

    private static final List<String> ALL =
            List.of(INCLUDE, STORE, STREAM_OPTIONS, REASONING, MAX_OUTPUT_TOKENS, TEMPERATURE);

    /** Words of a message that says that a parameter is not known, and not only that its value is wrong. */
    private static final Pattern UNKNOWN = Pattern.compile(
            "not support|unsupported|unknown|unrecognized|unexpected|not permitted|not allowed|extra input|extra field");

    private OptionalParameters() {}

    /** The parameter of {@code body} that an error is about; empty if it names none that can be left out. */
    static Optional<String> refused(ErrorBody error, JsonNode body) {
        String named = topLevel(error.parameter());
        if (ALL.contains(named)) {
            return Optional.of(named).filter(body::has);
        }
        String message = error.message().toLowerCase(Locale.ROOT);
        if (!error.parameter().isEmpty() || !UNKNOWN.matcher(message).find()) {
            return Optional.empty();
        }
        return ALL.stream()
                .filter(body::has)
                .filter(parameter -> Pattern.compile("\\b" + parameter + "\\b")
                        .matcher(message)
                        .find())
                .findFirst();
    }

    /** {@code reasoning} of {@code reasoning.effort}, {@code include} of {@code include[0]}. */
    private static String topLevel(String parameter) {
        return parameter.split("[.\\[]", 2)[0];
    }

    /** Removes the parameters that the service refused before. */
    static void leaveOut(ObjectNode body, Iterable<String> unsupported) {
        for (String parameter : unsupported) {
            if (ALL.contains(parameter)) {
                body.remove(parameter);
            }
        }
    }
}
