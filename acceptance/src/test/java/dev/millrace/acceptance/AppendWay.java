package dev.millrace.acceptance;

import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A way in which a caller can get its events into a stream. */
enum AppendWay {
    ONE_BY_ONE {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            return events.stream()
                    .map(event -> post(arena, token, path, "", "application/json", event))
                    .toList();
        }
    },
    BATCH {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            return List.of(post(arena, token, path, "", "application/json", "[" + String.join(",", events) + "]"));
        }
    },
    LINES {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            return List.of(post(arena, token, path, "", "application/x-ndjson", String.join("\n", events)));
        }
    },
    YAML {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            return List.of(post(arena, token, path, "", "application/yaml", "[" + String.join(", ", events) + "]"));
        }
    },
    ENVELOPE {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            return events.stream()
                    .map(event -> post(arena, token, path, "", "application/json", "{\"event\":" + event + "}"))
                    .toList();
        }
    },
    /** Names in the JSON are written with escapes. */
    ESCAPED {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            return ONE_BY_ONE.append(
                    arena, token, path, events.stream().map(AppendWay::escaped).toList());
        }
    },
    /** The metadata has the field twice; the last one is the one that readers see. */
    TWICE {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            return ONE_BY_ONE.append(
                    arena,
                    token,
                    path,
                    events.stream()
                            .map(event -> event.replace("\"metadata\":{", "\"metadata\":{\"millrace\":{},"))
                            .toList());
        }
    },
    TRANSFORM {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            String all = IntStream.range(0, events.size())
                    .mapToObj(i -> "{\"event\":" + events.get(i) + "}")
                    .collect(Collectors.joining(",", "{\"sent\":[", "]}"));
            String expression = "{\"events\":[sent.event]}";
            String query = "?jsonataTransform=" + URLEncoder.encode(expression, StandardCharsets.UTF_8);
            return List.of(post(arena, token, path, query, "application/json", all));
        }
    },
    /** As a webhook or a script does: with all rights of the service, but in a request of a processor. */
    CHAIN {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            String target = "/api/streams" + path.value();
            return events.stream()
                    .map(event -> arena.send(
                                    Set.of(Operation.values()), "POST", target, "application/json", event, HEADER)
                            .statusCode())
                    .toList();
        }
    },
    /** The caller appends to a stream of its own, and makes the stream as a fork of it. */
    FORK {
        @Override
        List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events) {
            StreamPath own = StreamPath.of("/own" + path.value());
            BATCH.append(arena, token, own, events);
            int at = arena.read(own).size();
            String body = "{\"at\":" + at + ",\"to\":\"" + path.value() + "\"}";
            return List.of(arena.send(token, "POST", "/api/streams/__fork" + own.value(), "application/json", body)
                    .statusCode());
        }
    };

    private static final Map<String, String> HEADER = Map.of("Millrace-Chain", "depth=1, hops=1, allow=append");

    /** Appends; returns the statuses of all answers. */
    abstract List<Integer> append(TokenArena arena, Set<Operation> token, StreamPath path, List<String> events);

    private static int post(
            TokenArena arena, Set<Operation> token, StreamPath path, String query, String type, String body) {
        HttpResponse<String> answer = arena.send(token, "POST", "/api/streams" + path.value() + query, type, body);
        if (answer.statusCode() == 400) {
            throw new AssertionError("the server did not understand " + body + ": " + answer.body());
        }
        return answer.statusCode();
    }

    private static String escaped(String event) {
        JsonCodec.parse(event);
        return event.replace("\"millrace\"", "\"\\u006dillrace\"")
                .replace("\"processor\"", "\"p\\u0072ocessor\"")
                .replace("\"type\"", "\"\\u0074ype\"");
    }
}
