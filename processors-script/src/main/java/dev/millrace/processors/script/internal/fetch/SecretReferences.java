package dev.millrace.processors.script.internal.fetch;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A resolver for the secret references of one request: {@code getIterateSecret({secretKey: 'name'})} in header values,
 * with single or double quotes, plain or URL-encoded. It remembers the secrets, so that they can be removed from the
 * response.
 */
final class SecretReferences {
    private static final String SPACE = "(?:\\s|%20|\\+)*+";
    private static final String QUOTE = "(?:['\"]|%22|%27)";

    /** Up to the next quote, without backtracking, so that matching takes linear time. */
    private static final String NAME = "((?:(?!" + QUOTE + ").)++)";

    private static final Pattern REFERENCE = Pattern.compile(
            "getIterateSecret" + SPACE + "(?:\\(|%28)" + SPACE + "(?:\\{|%7B)" + SPACE + QUOTE + "?secretKey" + QUOTE
                    + "?" + SPACE + "(?::|%3A)" + SPACE + QUOTE + NAME + QUOTE + SPACE + "(?:,|%2C)?" + SPACE
                    + "(?:\\}|%7D)" + SPACE + "(?:\\)|%29)",
            Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

    private final Function<String, Optional<String>> secrets;
    private final Map<String, String> used = new LinkedHashMap<>();

    SecretReferences(Function<String, Optional<String>> secrets) {
        this.secrets = secrets;
    }

    /**
     * The value with its references replaced by secrets.
     *
     * @throws FetchException if a secret does not exist
     */
    String resolve(String value) {
        Matcher matcher = REFERENCE.matcher(value);
        StringBuilder resolved = new StringBuilder();
        while (matcher.find()) {
            String name = decoded(matcher.group(1));
            String secret = secrets.apply(name)
                    .orElseThrow(() -> new FetchException("this project has no secret named '" + name
                            + "'; create it, or correct the secretKey in the header"));
            used.put(name, secret);
            matcher.appendReplacement(resolved, Matcher.quoteReplacement(secret));
        }
        return matcher.appendTail(resolved).toString();
    }

    private static String decoded(String name) {
        try {
            return name.indexOf('%') < 0 ? name : URLDecoder.decode(name, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException notEncoded) {
            return name;
        }
    }

    Map<String, String> used() {
        return used;
    }
}
