package dev.millrace.engine.internal.append;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Chain;
import dev.millrace.core.Fence;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.engine.CallerTrust;
import dev.millrace.engine.KnownEvents;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The validator of one input: its fields, and a list of all problems, one line each. For one thread. */
public final class InputValidator {
    private static final int LONGEST_TYPE = 2048;
    private static final int MOST_UNKNOWN = 20;
    private static final int LONGEST_OFFSET = 1_100; // a JSON number that can be appended, with its signs
    private static final Set<String> KNOWN =
            Set.of("type", "payload", "metadata", "source", "idempotencyKey", "offset");
    private static final byte[] EMPTY_OBJECT = "{}".getBytes(StandardCharsets.UTF_8);

    private final Map<String, RawField> fields = new LinkedHashMap<>();
    private final List<String> problems = new ArrayList<>();
    private final String type;
    private final byte[] payload;
    private final Optional<byte[]> metadata;
    private final Optional<byte[]> source;
    private final Optional<String> key;
    private final OptionalLong offset;
    private @Nullable JsonNode metadataTree;

    /**
     * Checks the fields of an input, and the payload of a known type. That of a first event is not checked, because the
     * event is refused whatever its payload is; each generation of the protocol has another one.
     */
    public InputValidator(List<RawField> sent, KnownEvents known) {
        this(sent, false);
        if (problems.isEmpty() && known.contains(type) && !BuiltInType.INITIALIZED.matches(type)) {
            problems.addAll(known.problems(type, JsonCodec.parse(payload)));
        }
    }

    private InputValidator(List<RawField> sent, boolean isPast) {
        List<String> twice = new ArrayList<>();
        for (RawField field : sent) {
            if (fields.put(field.name(), field) != null) {
                twice.add(MessageTexts.shorten(field.name()) + ": given twice");
            }
        }
        type = type();
        RawField past = isPast ? fields.get("payload") : null;
        payload =
                past != null && past.isText() ? past.json() : object("payload").orElse(EMPTY_OBJECT);
        metadata = object("metadata");
        source = object("source");
        key = key();
        offset = offset();
        problems.addAll(twice);
        unknown();
    }

    /**
     * The check of an event of the past. Its payload was checked by the service that stored it, and is a text if the
     * service that returned it could not decode it.
     */
    static InputValidator ofPast(List<RawField> stored) {
        return new InputValidator(stored, true);
    }

    public static InputValidator notAnObject(RawField value) {
        InputValidator form = new InputValidator(List.of(), false);
        form.problems.add(0, "event: expected an object, got " + kind(value));
        return form;
    }

    public boolean isValid() {
        return problems.isEmpty();
    }

    public String problems() {
        return String.join("\n", problems);
    }

    /** The input as it will be stored; only if it is valid. */
    public PreparedEvent input(CallerTrust trust, Optional<Chain> chain, AppendErrors appendErrors) {
        key.filter(text -> text.startsWith(StreamCreation.RESERVED)).ifPresent(text -> {
            throw appendErrors.reservedKey(text);
        });
        return event(trust, chain);
    }

    /** An event of the past, with the key of a caller, a processor or the service; only if it is valid. */
    PreparedEvent past() {
        return event(CallerTrust.TRUSTED, Optional.empty());
    }

    private PreparedEvent event(CallerTrust trust, Optional<Chain> chain) {
        boolean isTrusted = trust == CallerTrust.TRUSTED;
        Optional<byte[]> own = isTrusted ? metadata : metadata.map(ClaimedMetadata::of);
        Optional<byte[]> stored =
                chain.map(length -> ClaimedMetadata.with(length, own)).or(() -> own);
        Optional<JsonNode> provenance = isTrusted ? provenance() : Optional.empty();
        return new PreparedEvent(
                type,
                key.map(text -> key(text, provenance)),
                offset,
                fence(),
                chain.or(() -> provenance.map(Chain::of)).orElse(Chain.NONE),
                EventBody.of(type, payload, stored, source, key));
    }

    /** The metadata of a trusted caller, if they say where the event comes from; parsed only then. */
    private Optional<JsonNode> provenance() {
        return metadataWith("millrace");
    }

    /** The metadata, parsed once, and only if they contain a name. */
    private Optional<JsonNode> metadataWith(String name) {
        return metadata.filter(json -> ClaimedMetadata.contains(json, name)).map(json -> {
            JsonNode tree = metadataTree == null ? JsonCodec.parse(json) : metadataTree;
            metadataTree = tree;
            return tree;
        });
    }

    private static EventKey key(String text, Optional<JsonNode> provenance) {
        if (text.startsWith(StreamCreation.RESERVED)) {
            return EventKey.ofProcessor(text); // of the service
        }
        return provenance
                .flatMap(Provenance::processorOf)
                .map(processor -> provenance.filter(Provenance::hasForeignKey).isPresent()
                        ? EventKey.ofForeign(text, processor)
                        : EventKey.ofProcessor(text))
                .orElseGet(() -> EventKey.ofCaller(text));
    }

    /**
     * Most inputs have no fence, so the metadata is parsed only if it contains the name. Every caller's fence counts,
     * because it only refuses the caller's own append.
     */
    private Optional<Fence> fence() {
        return metadataWith("fence").flatMap(Fence::of);
    }

    private String type() {
        RawField field = fields.get("type");
        if (field == null || !field.isText()) {
            problems.add("type: expected a string, got " + kind(field));
            return "";
        }
        String text = field.text().strip();
        if (text.isEmpty() || text.length() > LONGEST_TYPE) {
            problems.add("type: expected 1 to " + LONGEST_TYPE + " characters, got " + text.length());
        }
        checkWhole("type", text);
        return text;
    }

    private Optional<byte[]> object(String name) {
        RawField field = fields.get(name);
        if (field != null && !field.isObject()) {
            problems.add(name + ": expected an object, got " + kind(field));
        }
        return Optional.ofNullable(field).map(RawField::json);
    }

    private Optional<String> key() {
        RawField field = fields.get("idempotencyKey");
        if (field == null) {
            return Optional.empty();
        }
        String text = field.text().strip();
        if (!field.isText() || text.isEmpty()) {
            problems.add("idempotencyKey: expected a non-empty string, got "
                    + (field.isText() ? "an empty one" : kind(field)));
        }
        checkWhole("idempotencyKey", text);
        return Optional.of(text);
    }

    /** Stores keep these texts as UTF-8, which cannot represent half of a surrogate pair. */
    private void checkWhole(String name, String text) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            problems.add(name + ": expected whole characters, got half of a surrogate pair");
        }
    }

    private OptionalLong offset() {
        RawField field = fields.get("offset");
        if (field == null) {
            return OptionalLong.empty();
        }
        try {
            if (field.text().length() > LONGEST_OFFSET) {
                throw new NumberFormatException("too long"); // before it is parsed
            }
            long number = new BigDecimal(field.text().strip()).longValueExact();
            if (number > 0) {
                return OptionalLong.of(number);
            }
        } catch (ArithmeticException | NumberFormatException notAnOffset) {
            // reported below, like a number that is not positive
        }
        problems.add("offset: expected a positive integer, got "
                + (field.text().isEmpty()
                        ? kind(field)
                        : MessageTexts.shorten(new String(field.json(), StandardCharsets.UTF_8))));
        return OptionalLong.empty();
    }

    private void unknown() {
        List<String> names =
                fields.keySet().stream().filter(name -> !KNOWN.contains(name)).toList();
        names.stream()
                .limit(MOST_UNKNOWN)
                .forEach(name -> problems.add(MessageTexts.shorten(name) + ": unknown field"));
        if (names.size() > MOST_UNKNOWN) {
            problems.add(MessageTexts.shorten(names.get(MOST_UNKNOWN)) + ": unknown field, and "
                    + (names.size() - MOST_UNKNOWN - 1) + " more");
        }
    }

    private static String kind(@Nullable RawField field) {
        return field == null ? "nothing" : field.kind();
    }
}
