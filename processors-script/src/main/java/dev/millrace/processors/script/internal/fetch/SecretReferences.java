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
 * Replaces {@code getIterateSecret({secretKey: 'name'})} in header values, with either kind of quotes, also where it is
 * spelled for a URL. Remembers what it replaced, so that it can be kept out of what comes back. One request uses it.
 */
final class SecretReferences {
    private static final String SPACE = "(?:\\s|%20|\\+)*+";
    private static final String QUOTE = "(?:['\"]|%22|%27)";

    /** Up to the next quote and never on, so that reading a text takes time in proportion to its length. */
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
     * The value with secrets in it.
     *
     * @throws FetchException when there is no secret of a name
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

    /** The secrets that were put in, by name. */
    Map<String, String> used() {
        return used;
    }
}
