package dev.millrace.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.core.payload.StrictPayload;
import dev.millrace.engine.KnownEvents;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The page of one event type below {@code docs/events}, held against what the code says of that type.
 *
 * @param type whose page it is
 * @param text the page
 */
record EventPage(Described type, String text) {
    /** Every type that a server with the standard processors knows. */
    private static final KnownEvents KNOWN = KnownEvents.of(ServiceLoader.load(ProcessorProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .toList());

    /**
     * A type that wants a page.
     *
     * @param event the type
     * @param fields of its payload, in order
     * @param payload the class of its payload; empty if it has none
     */
    record Described(EventType event, List<String> fields, Optional<Class<?>> payload) {
        /** The types of the service and of the standard processors. */
        static List<Described> all() {
            return Stream.concat(
                            Arrays.stream(BuiltInType.values()).map(Described::of),
                            KNOWN.registrations().stream().map(registration -> of(registration.event())))
                    .toList();
        }

        static Described of(BuiltInType type) {
            return new Described(type.eventType(), type.fields(), Optional.empty());
        }

        static Described of(ProvidedEvent<?> event) {
            List<String> fields = event.fields().isEmpty() ? components(event.payload()) : event.fields();
            return new Described(event.type(), fields, Optional.of(event.payload()));
        }

        /** The names of a record that the JSON library reads alone, because it has a {@code @JsonCreator}. */
        private static List<String> components(Class<?> payload) {
            return payload.isRecord()
                    ? Arrays.stream(payload.getRecordComponents())
                            .map(RecordComponent::getName)
                            .toList()
                    : List.of();
        }
    }

    /** Kinds of values that the JSON library reads, in the words of a page. */
    private static final Map<String, String> KINDS =
            Map.of("a value for ModelItem", "an object", "a value for Instant", "a string");

    /** Values that are not of a kind. */
    private static final Map<String, List<JsonNode>> OTHER_KINDS = Map.of(
            "a string", List.of(JsonCodec.parse("5"), JsonCodec.parse("[]"), JsonCodec.parse("{}")),
            "a string or an array", List.of(JsonCodec.parse("5"), JsonCodec.parse("true"), JsonCodec.parse("{}")));

    private static final Pattern ROW =
            Pattern.compile("^\\| `(\\w+)` \\| (.+?) \\| (yes|no) \\| .+ \\|$", Pattern.MULTILINE);
    private static final Pattern EXAMPLE = Pattern.compile("^```json\\R(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern EXPECTED = Pattern.compile("expected (.+), got (nothing|null)");
    private static final Pattern PREFIX =
            Pattern.compile("^(https://)?events\\.iterate\\.com/(events/stream/|core/|stream/)?");

    private record Row(String kind, boolean required) {}

    /** The types of the standard processors, with their providers. */
    static List<KnownEvents.Registration> provided() {
        return KNOWN.registrations();
    }

    /** The name of the file that holds the page of a type. */
    static String fileName(Described type) {
        return ProvidedEvent.pageOf(type.event()).replaceFirst(".*/", "");
    }

    /** What these files lack, and have too much, to be one page for each type. */
    static List<String> misfits(Set<String> files) {
        Set<String> wanted = Described.all().stream().map(EventPage::fileName).collect(Collectors.toSet());
        List<String> misfits = new ArrayList<>();
        new TreeSet<>(wanted)
                .stream()
                        .filter(name -> !files.contains(name))
                        .forEach(name -> misfits.add(name + ": there is no such page; write it"));
        new TreeSet<>(files)
                .stream()
                        .filter(name -> !wanted.contains(name))
                        .forEach(name -> misfits.add(name + ": there is no such type; remove the page"));
        return misfits;
    }

    /** What the page says otherwise than the code, one line each; empty when they agree. */
    List<String> problems() {
        List<String> problems = new ArrayList<>();
        if (!text.startsWith("# `" + type.event().name() + "`\n")) {
            problems.add("the title is not `" + type.event().name() + "`");
        }
        String operation = "`" + KNOWN.operation(type.event().name()).word() + "`";
        for (String needed : List.of("**Written by** ", operation, "**Effect.** ", "**Also accepted** ", "**See** ")) {
            if (!text.contains(needed)) {
                problems.add("does not say " + needed.strip());
            }
        }
        type.event().spellings().stream()
                .map(spelling -> PREFIX.matcher(spelling).replaceFirst(""))
                .filter(name -> !text.contains(name))
                .forEach(name -> problems.add("does not mention the spelling " + name));
        problems.addAll(tableProblems());
        problems.addAll(exampleProblems());
        return problems.stream().map(problem -> fileName(type) + ": " + problem).toList();
    }

    private List<String> tableProblems() {
        Map<String, Row> rows = new LinkedHashMap<>();
        ROW.matcher(text).results().forEach(row -> rows.put(row.group(1), new Row(row.group(2), isYes(row))));
        List<String> problems = new ArrayList<>();
        if (!List.copyOf(rows.keySet()).equals(type.fields())) {
            problems.add("the table has the fields " + rows.keySet() + ", the payload has " + type.fields());
            return problems;
        }
        if (isReadWhole()) {
            rows.forEach((field, row) -> problems.addAll(wholeProblems(field, row)));
            return problems;
        }
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        rows.forEach((field, row) -> {
            Optional<String> kindOfRequired = expected(field, nothing);
            if (row.required() != kindOfRequired.isPresent()) {
                problems.add(field + " is " + (row.required() ? "not " : "") + "required");
            }
            Optional<String> kind =
                    kindOfRequired.or(() -> expected(field, nothing.deepCopy().putNull(field)));
            String words = kind.map(code -> KINDS.getOrDefault(code, code)).orElse("any JSON");
            if (!words.equals(row.kind())) {
                problems.add(field + " is " + words + ", not " + row.kind());
            }
        });
        return problems;
    }

    /** Whether the JSON library reads the payload, so that problems do not say which kind a field must have. */
    private boolean isReadWhole() {
        return type.payload()
                .filter(payload -> !type.fields().isEmpty()
                        && StrictPayload.of(payload).fields().isEmpty())
                .isPresent();
    }

    /** The problems of a row, found by changes of the example: without the field, and with values of other kinds. */
    private List<String> wholeProblems(String field, Row row) {
        List<String> problems = new ArrayList<>();
        ObjectNode payload = examples().stream()
                .findFirst()
                .map(example -> JsonCodec.parse(example).path("payload").<ObjectNode>deepCopy())
                .orElseGet(JsonNodeFactory.instance::objectNode);
        if (row.required() == problems(payload.deepCopy().without(field)).isEmpty()) {
            problems.add(field + " is " + (row.required() ? "not " : "") + "required");
        }
        for (JsonNode wrong : OTHER_KINDS.getOrDefault(row.kind(), List.of())) {
            if (problems(payload.deepCopy().set(field, wrong)).isEmpty()) {
                problems.add(field + " may also be " + wrong + ", not only " + row.kind());
            }
        }
        return problems;
    }

    private static boolean isYes(MatchResult row) {
        return row.group(3).equals("yes");
    }

    /** What kind of value the code says it wants in a field of this payload, if it complains about it. */
    private Optional<String> expected(String field, JsonNode payload) {
        return problems(payload).stream()
                .filter(problem -> problem.startsWith("payload." + field + ": "))
                .map(EXPECTED::matcher)
                .filter(Matcher::find)
                .map(found -> found.group(1))
                .findFirst();
    }

    private List<String> problems(JsonNode payload) {
        return KNOWN.problems(type.event().name(), payload);
    }

    private List<String> examples() {
        return EXAMPLE.matcher(text).results().map(found -> found.group(1)).toList();
    }

    /** An example has no field that is unknown, also if the service would ignore it. */
    private List<String> exampleProblems() {
        List<String> examples = examples();
        if (examples.size() != 1) {
            return List.of("has " + examples.size() + " examples, not 1");
        }
        JsonNode example;
        try {
            example = JsonCodec.parse(examples.get(0));
        } catch (IllegalArgumentException notJson) {
            return List.of("the example is not JSON: " + notJson.getMessage());
        }
        List<String> problems = new ArrayList<>(problems(example.path("payload")));
        if (problems.isEmpty()) {
            type.payload()
                    .ifPresent(payload -> problems.addAll(StrictPayload.of(payload)
                            .read(example.path("payload"))
                            .problems()));
        }
        if (!example.path("type").asText().equals(type.event().name())) {
            problems.add("the type is " + example.path("type"));
        }
        return problems.stream().map(problem -> "in the example, " + problem).toList();
    }
}
