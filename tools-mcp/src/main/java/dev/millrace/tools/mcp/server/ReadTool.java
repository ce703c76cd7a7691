package dev.millrace.tools.mcp.server;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import io.modelcontextprotocol.spec.McpSchema.ToolAnnotations;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads events, at most so many bytes of them. */
final class ReadTool implements StreamTool {
    private static final int LIMIT = 50;
    private static final int MOST_LIMIT = 1_000;
    private static final int BYTES = 50_000;
    private static final int LEAST_BYTES = 1_000;
    private static final int MOST_BYTES = 1_000_000;

    /** An event can have a megabyte, so few are in memory at the same time. */
    private static final int PAGE = 20;

    private final StreamScope scope;

    ReadTool(StreamScope scope) {
        this.scope = scope;
    }

    @Override
    public String name() {
        return "read";
    }

    @Override
    public String description() {
        return "Reads events of a stream, each as a line of JSON with type, payload, offset and createdAt. The last line"
                + " says which offsets you have seen, and how to go on if there are more. To look into a log, begin with"
                + " newestFirst. It changes nothing.";
    }

    @Override
    public String schema() {
        return """
                {"type": "object", "additionalProperties": false, "properties": {
                  %s,
                  "afterOffset": {"type": "integer", "minimum": 0,
                    "description": "Only events with a higher offset. The first event has offset 1."},
                  "beforeOffset": {"type": "integer", "minimum": 1, "description": "Only events with a lower offset."},
                  "types": {"type": "array", "items": {"type": "string"}, "description":
                    "Only events of these types, as they are written in events; paused and other short names of built-in types are known. Default: all."},
                  "limit": {"type": "integer", "minimum": 1, "maximum": %d, "default": %d,
                    "description": "The highest number of events."},
                  "newestFirst": {"type": "boolean", "default": false, "description": "Begin with the newest event."},
                  "maxBytes": {"type": "integer", "minimum": %d, "maximum": %d, "default": %d,
                    "description": "The highest size of the result. A payload that is larger alone is cut."}}}
                """.formatted(scope.pathProperty(), MOST_LIMIT, LIMIT, LEAST_BYTES, MOST_BYTES, BYTES);
    }

    @Override
    public ToolAnnotations hints() {
        return ToolAnnotations.builder()
                .title("Read events")
                .readOnlyHint(true)
                .openWorldHint(false)
                .build();
    }

    @Override
    public String call(ToolArguments arguments) {
        StreamPath path = scope.path(arguments);
        Query query = new Query(
                path,
                arguments.number("afterOffset", 0, Long.MAX_VALUE).orElse(0L),
                arguments.number("beforeOffset", 1, Long.MAX_VALUE),
                spellings(arguments.texts("types")),
                arguments.number("limit", 1, MOST_LIMIT, LIMIT),
                arguments.flag("newestFirst"));
        int most = arguments.number("maxBytes", LEAST_BYTES, MOST_BYTES, BYTES);
        scope.requireExisting(path, name());
        return page(query, most).text(query);
    }

    /** The types as written, and all spellings of the built-in types whose short names they are. */
    private static Set<String> spellings(List<String> types) {
        Set<String> spellings = new LinkedHashSet<>(types);
        Arrays.stream(BuiltInType.values())
                .filter(type -> types.contains(type.eventType().shortName()))
                .forEach(type -> spellings.addAll(type.spellings()));
        return spellings;
    }

    private record Query(
            StreamPath path, long after, Optional<Long> before, Set<String> types, int limit, boolean newestFirst) {
        /** The next events, after the last one that was read. */
        ReadRange range(Optional<Long> last, int limit) {
            ReadRange.Builder range = ReadRange.builder();
            range.types(types).limit(limit).descending(newestFirst);
            range.afterOffset(newestFirst ? after : last.orElse(after));
            (newestFirst ? last.or(() -> before) : before).ifPresent(range::beforeOffset);
            return range.build();
        }
    }

    private Page page(Query query, int most) {
        Page page = new Page(most);
        Optional<Long> last = Optional.empty();
        int read = 0;
        while (true) {
            int size = Math.min(PAGE, query.limit() - read + 1); // one more tells whether there are more
            List<Event> events = scope.blocking().read(query.path(), query.range(last, size));
            for (Event event : events) {
                if (read == query.limit() || !page.add(event)) {
                    page.hasMore = true;
                    return page;
                }
                read++;
                last = Optional.of(event.offset());
            }
            if (events.size() < size) {
                return page;
            }
        }
    }

    /** The events of an answer. Confined to one thread. */
    private static final class Page {
        private final int most;
        private final List<String> lines = new ArrayList<>();
        private final List<String> notes = new ArrayList<>();
        private long first;
        private long last;
        private int size;
        private boolean hasMore;

        Page(int most) {
            this.most = most;
        }

        /** Adds an event if it fits. The first one is cut if it does not fit. */
        boolean add(Event event) {
            ObjectNode json = JsonCodec.toTree(event);
            json.remove("streamPath");
            String line = line(json);
            if (size + CutText.bytes(line) + 1 > most) {
                if (!lines.isEmpty()) {
                    return false;
                }
                line = cut(json, event);
            }
            first = lines.isEmpty() ? event.offset() : first;
            last = event.offset();
            lines.add(line);
            size += CutText.bytes(line) + 1;
            return true;
        }

        private String cut(ObjectNode json, Event event) {
            String payload = event.payloadJson().toString();
            json.remove(List.of("payload", "metadata"));
            json.put("payloadStart", CutText.of(payload, most / 2)); // as a text in JSON it has more bytes
            notes.add("The payload at offset " + event.offset() + " has " + CutText.bytes(payload)
                    + " bytes and was cut; for all of it, read this offset alone with a higher maxBytes.");
            String line = line(json);
            return CutText.bytes(line) <= most ? line : CutText.of(line, most);
        }

        private static String line(ObjectNode json) {
            return JsonCodec.writeText(JsonCodec.toWellFormed(json));
        }

        String text(Query query) {
            StringBuilder text = new StringBuilder();
            lines.forEach(line -> text.append(line).append('\n'));
            notes.forEach(note -> text.append(note).append('\n'));
            if (lines.isEmpty()) {
                return text.append("No events of ")
                        .append(query.path())
                        .append(" match.")
                        .toString();
            }
            text.append(lines.size())
                    .append(lines.size() == 1 ? " event of " : " events of ")
                    .append(query.path());
            text.append(", offsets ").append(first).append(" to ").append(last).append(". ");
            if (hasMore) {
                text.append("There are more: read again with ")
                        .append(query.newestFirst() ? "beforeOffset " : "afterOffset ")
                        .append(last)
                        .append(" and the same other arguments.");
            } else {
                text.append("There are no more.");
            }
            return text.toString();
        }
    }
}
