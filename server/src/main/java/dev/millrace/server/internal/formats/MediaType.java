package dev.millrace.server.internal.formats;

import java.nio.charset.Charset;
import java.nio.charset.IllegalCharsetNameException;
import java.nio.charset.UnsupportedCharsetException;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The declared content type of a body.
 *
 * @param header the header as it was sent; null if there was none
 * @param name the lower-case type without parameters; empty if there was none
 */
public record MediaType(@Nullable String header, String name) {
    /** JSON values, one a line. */
    public static final String NDJSON = "application/x-ndjson";

    private static final Set<String> LINES =
            Set.of(NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonl");
    private static final Set<String> YAML =
            Set.of("application/yaml", "text/yaml", "application/x-yaml", "text/x-yaml", "text/vnd.yaml");

    public static MediaType of(@Nullable String header) {
        String text = header == null ? "" : header;
        int semicolon = text.indexOf(';');
        String name = semicolon < 0 ? text : text.substring(0, semicolon);
        return new MediaType(header, name.strip().toLowerCase(Locale.ROOT));
    }

    boolean isJson() {
        return name.equals("application/json") || name.equals("text/json") || name.endsWith("+json");
    }

    /** Whether the body has one JSON value in each line. */
    public boolean isLines() {
        return LINES.contains(name);
    }

    boolean isYaml() {
        return YAML.contains(name) || name.endsWith("+yaml");
    }

    /** Whether the server parses such a body; other bodies are stored unparsed. */
    public boolean isParsed() {
        return isJson() || isLines() || isYaml();
    }

    boolean isForm() {
        return name.equals("application/x-www-form-urlencoded");
    }

    boolean isMultipart() {
        return name.startsWith("multipart/");
    }

    /** The declared charset; empty if there is none, or if this JVM does not know its name. */
    Optional<Charset> charset() {
        for (String parameter : header == null ? new String[0] : header.split(";")) {
            int equals = parameter.indexOf('=');
            if (equals >= 0 && parameter.substring(0, equals).strip().equalsIgnoreCase("charset")) {
                String name = parameter.substring(equals + 1).replace("\"", "").replace("'", "");
                try {
                    return Optional.of(Charset.forName(name.strip()));
                } catch (IllegalCharsetNameException | UnsupportedCharsetException e) {
                    return Optional.empty();
                }
            }
        }
        return Optional.empty();
    }
}
