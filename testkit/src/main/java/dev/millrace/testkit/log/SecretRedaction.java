package dev.millrace.testkit.log;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A function that removes secrets from the JSON of an event, for example before it becomes a log of a test. In the
 * payload, the metadata and the source, at any depth, {@value #MARK} replaces
 *
 * <ul>
 *   <li>the text, number, object or list in a field whose name is the name of a secret, or ends in one ({@code
 *       password}, {@code token}, {@code api_key}, {@code X-Api-Key}, {@code clientSecret}, …); case and separators are
 *       ignored, and names such as {@code pageToken} match too;
 *   <li>{@code value}, if {@code name} or {@code key} in the same object is such a name;
 *   <li>parts of texts that look like a secret: {@code sk-…}, {@code Bearer …}, access tokens of this and other
 *       services, signed web tokens, private keys, the user and password of a URL.
 * </ul>
 *
 * <p>Booleans, nulls, empty texts and all other fields stay. Exception: an idempotency key that looks like a secret
 * becomes the mark and the offset, so that keys stay distinct. The rules cannot find every secret: read a log before
 * you publish it.
 *
 * <p>Immutable and thread-safe. Events are copied, not changed.
 *
 * @since 0.1
 */
public final class SecretRedaction implements UnaryOperator<ObjectNode> {
    /** The text that replaces a secret. */
    public static final String MARK = "[redacted]";

    private static final List<String> SECRET_ENDINGS = List.of("""
            authorization apikey token password passwd passphrase secret secretkey privatekey accesskey credential
            credentials cookie""".split("\\s+"));

    private static final Pattern SEPARATORS = Pattern.compile("[^\\p{L}\\p{N}]");

    /** The first part of a signed web token has a bound, because it can begin again at each of its characters. */
    private static final Pattern SECRET_TEXT = Pattern.compile("(?<![A-Za-z0-9])(?:"
            + "sk-[A-Za-z0-9_-]{8,}+"
            + "|(?i:bearer)\\s++[A-Za-z0-9._~+/=-]{8,}+"
            + "|mrt_[A-Za-z0-9_-]{8,}+"
            + "|gh[pousr]_[A-Za-z0-9]{16,}+"
            + "|github_pat_[A-Za-z0-9_]{16,}+"
            + "|xox[a-z]-[A-Za-z0-9-]{8,}+"
            + "|AKIA[0-9A-Z]{16}"
            + "|eyJ[A-Za-z0-9_-]{8,1000}+\\.[A-Za-z0-9_-]{8,}+\\.[A-Za-z0-9_-]*+"
            + ")"
            + "|-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\\s\\S]*?(?:-----END [A-Z ]{0,40}PRIVATE KEY-----|\\z)"
            + "|(?<=://)[^\\s/:@]*+:[^\\s/@]++(?=@)");

    private static final SecretRedaction STANDARD = new SecretRedaction(Set.of());

    private final Set<String> furtherFields;

    /**
     * The result for one event.
     *
     * @param event a copy without secrets
     * @param replaced number of values and parts of texts that were replaced
     */
    public record Redacted(ObjectNode event, long replaced) {}

    private SecretRedaction(Set<String> furtherFields) {
        this.furtherFields = furtherFields;
    }

    /** Returns the redaction with the rules above. */
    public static SecretRedaction standard() {
        return STANDARD;
    }

    /**
     * Returns a redaction that also replaces the values of these fields.
     *
     * @param names whole names of fields at any depth of payload, metadata or source; case and separators are ignored
     * @throws IllegalArgumentException if a name has no letter or digit
     */
    public SecretRedaction andFields(Collection<String> names) {
        Set<String> more = new HashSet<>(furtherFields);
        for (String name : names) {
            String normal = normal(name);
            if (normal.isEmpty()) {
                throw new IllegalArgumentException("field name has no letter or digit: '" + name + "'");
            }
            more.add(normal);
        }
        return new SecretRedaction(Set.copyOf(more));
    }

    /** As {@link #redact(ObjectNode)}, without the number of replacements. */
    @Override
    public ObjectNode apply(ObjectNode event) {
        return redact(event).event();
    }

    /**
     * Returns a copy of the event without secrets, and the number of replacements.
     *
     * @param event in the form of {@link JsonCodec#toTree(Event)}
     */
    public Redacted redact(ObjectNode event) {
        AtomicLong replaced = new AtomicLong();
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : event.properties()) {
            copy.set(
                    field.getKey(),
                    switch (field.getKey()) {
                        case "payload", "metadata", "source" -> value(field.getValue(), replaced);
                        case "idempotencyKey" -> key(event, field.getValue(), replaced);
                        default -> field.getValue();
                    });
        }
        return new Redacted(copy, replaced.get());
    }

    private static JsonNode key(ObjectNode event, JsonNode key, AtomicLong replaced) {
        if (key.isTextual() && SECRET_TEXT.matcher(key.textValue()).find()) {
            replaced.incrementAndGet();
            return TextNode.valueOf(MARK + "-" + event.path("offset").asText());
        }
        return key;
    }

    private JsonNode value(JsonNode value, AtomicLong replaced) {
        if (value.isObject()) {
            return object(value, replaced);
        }
        if (value.isArray()) {
            ArrayNode copy = JsonNodeFactory.instance.arrayNode(value.size());
            value.forEach(item -> copy.add(value(item, replaced)));
            return copy;
        }
        return value.isTextual() ? text(value, replaced) : value;
    }

    private ObjectNode object(JsonNode object, AtomicLong replaced) {
        boolean namesSecret = isSecret(object.path("name").asText())
                || isSecret(object.path("key").asText());
        ObjectNode copy = JsonNodeFactory.instance.objectNode();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode value = field.getValue();
            boolean secret =
                    isSecret(field.getKey()) || (namesSecret && field.getKey().equals("value"));
            if (secret && holdsSomething(value)) {
                replaced.incrementAndGet();
                copy.put(field.getKey(), MARK);
            } else {
                copy.set(field.getKey(), value(value, replaced));
            }
        }
        return copy;
    }

    private static JsonNode text(JsonNode value, AtomicLong replaced) {
        Matcher secrets = SECRET_TEXT.matcher(value.textValue());
        if (!secrets.find()) {
            return value;
        }
        return TextNode.valueOf(secrets.replaceAll(secret -> {
            replaced.incrementAndGet();
            return MARK;
        }));
    }

    private static boolean holdsSomething(JsonNode value) {
        return !value.isNull()
                && !value.isBoolean()
                && !(value.isContainerNode() && value.isEmpty())
                && !(value.isTextual() && value.textValue().isEmpty());
    }

    private boolean isSecret(String name) {
        String normal = normal(name);
        return furtherFields.contains(normal) || SECRET_ENDINGS.stream().anyMatch(normal::endsWith);
    }

    private static String normal(String name) {
        return SEPARATORS.matcher(name).replaceAll("").toLowerCase(Locale.ROOT);
    }
}
