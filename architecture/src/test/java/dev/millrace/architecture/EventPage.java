package dev.millrace.architecture;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventType;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.hosting.ProvidedEvent;
import dev.millrace.engine.KnownEvents;
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
     */
    record Described(EventType event, List<String> fields) {
        /** The types of the service and of the standard processors. */
        static List<Described> all() {
            return Stream.concat(
                            Arrays.stream(BuiltInType.values())
                                    .map(type -> new Described(type.eventType(), type.fields())),
                            KNOWN.registrations().stream()
                                    .map(registration -> new Described(
                                            registration.event().type(),
                                            registration.event().fields())))
                    .toList();
        }

        static Described of(BuiltInType type) {
            return new Described(type.eventType(), type.fields());
        }
    }

    private static final Pattern ROW =
            Pattern.compile("^\\| `(\\w+)` \\| (.+?) \\| (yes|no) \\| .+ \\|$", Pattern.MULTILINE);
    private static final Pattern EXAMPLE = Pattern.compile("^```json\\R(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);
    private static final Pattern EXPECTED = Pattern.compile("expected (.+), got (nothing|null)");
    private static final Pattern PREFIX =
            Pattern.compile("^(https://)?events\\.iterate\\.com/(events/stream/|core/|stream/)?");

    private record Row(String kind, boolean required) {}

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
        ObjectNode nothing = JsonNodeFactory.instance.objectNode();
        rows.forEach((field, row) -> {
            Optional<String> kindOfRequired = expected(field, nothing);
            if (row.required() != kindOfRequired.isPresent()) {
                problems.add(field + " is " + (row.required() ? "not " : "") + "required");
            }
            Optional<String> kind =
                    kindOfRequired.or(() -> expected(field, nothing.deepCopy().putNull(field)));
            if (!kind.orElse("any JSON").equals(row.kind())) {
                problems.add(field + " is " + kind.orElse("any JSON") + ", not " + row.kind());
            }
        });
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

    private List<String> exampleProblems() {
        List<String> examples =
                EXAMPLE.matcher(text).results().map(found -> found.group(1)).toList();
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
        if (!example.path("type").asText().equals(type.event().name())) {
            problems.add("the type is " + example.path("type"));
        }
        return problems.stream().map(problem -> "in the example, " + problem).toList();
    }
}
