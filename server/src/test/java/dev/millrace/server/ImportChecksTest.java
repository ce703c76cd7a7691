package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static dev.millrace.contracts.wire.ServiceClient.stateOf;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.contracts.store.DamagedEvents;
import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.contracts.text.RandomJson;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.Limits;
import dev.millrace.engine.MemoryBudget;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.server.security.AccessTokens;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The import of logs over HTTP, from one server to another. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@SuppressWarnings("NullAway.Init") // JUnit sets it before all
class ImportChecksTest {
    private static final boolean LONG = Boolean.getBoolean("millrace.long");
    private static final long SEED = Long.getLong("millrace.seed", LONG ? System.nanoTime() : 20261202);
    private static final int LOGS = LONG ? 2_000 : 20;
    private static final String EVENT = "{\"type\": \"said\"}";

    private RunningServer from;
    private RunningServer to;

    @BeforeAll
    void start() {
        from = new RunningServer();
        to = new RunningServer();
    }

    @AfterAll
    void stop() throws Exception {
        from.close();
        to.close();
    }

    private static String log(RunningServer server, String stream) {
        return server.get(api(stream) + "?beforeOffset=end", "Accept", "application/x-ndjson")
                .body();
    }

    private static Answer load(RunningServer server, String stream, String log, String... headers) {
        return server.send("POST", "/api/streams/__import" + stream, log, headers(headers));
    }

    private static String[] headers(String... others) {
        String[] headers = new String[others.length + 2];
        headers[0] = "Content-Type";
        headers[1] = "application/x-ndjson";
        System.arraycopy(others, 0, headers, 2, others.length);
        return headers;
    }

    /** All lines but the first are the same, for another stream. */
    private static void assertSame(String copy, String stream, String original, String source) {
        List<String> expected = original.lines().toList();
        List<String> actual = copy.lines().toList();
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 1; i < actual.size(); i++) {
            assertThat(actual.get(i))
                    .isEqualTo(expected.get(i).replace("\"streamPath\":\"" + source, "\"streamPath\":\"" + stream));
        }
    }

    @Test
    void should_make_a_stream_of_what_another_server_returned() {
        String source = freshStream();
        String target = freshStream();
        from.append(source, "{\"type\": \"one\", \"payload\": {\"n\": 1.50}, \"idempotencyKey\": \"k\"}");
        from.append(source, "\"no event\"");
        from.append(source + "/child", EVENT);

        Answer answer = load(to, target, log(from, source));

        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.json().toString()).isEqualTo("{\"path\":\"" + target + "\",\"eventCount\":4}");
        assertSame(log(to, target), target, log(from, source), source);
        JsonNode first = to.history(target).events().get(0);
        assertThat(first.at("/payload/forkedFrom").toString())
                .isEqualTo("{\"path\":\"" + source + "\",\"offset\":4,\"projectSlug\":\"public\"}");
        assertThat(to.get(stateOf(target)).json().path("eventCount").intValue()).isEqualTo(4);
        Answer known = to.append(target, "{\"type\": \"one\", \"idempotencyKey\": \"k\"}");
        assertThat(known.header("Idempotent-Replayed")).isEqualTo("true");
    }

    @Test
    void should_refuse_what_is_no_log_and_store_nothing() {
        String source = freshStream();
        String target = freshStream();
        from.append(source, EVENT);
        from.append(source, EVENT);
        String log = log(from, source);

        Answer bad = load(to, target, log + "{\"type\": \"said\"}");
        assertThat(bad.status()).isEqualTo(400);
        assertThat(bad.json().path("message").textValue())
                .startsWith("import refused: " + target + " (line 4); streamPath: expected a string")
                .contains("; nothing was stored; ");
        assertThat(load(to, target, log.lines().skip(1).findFirst().orElseThrow())
                        .body())
                .contains("(line 1); expected offset 1, got 2");
        assertThat(load(to, target, "").status()).isEqualTo(400);
        assertThat(to.get(stateOf(target) + "?create=false").status()).isEqualTo(404);
        assertThat(to.get("/api/streams/__import" + target).status()).isEqualTo(405);

        assertThat(load(to, target, log).status()).isEqualTo(200);
        Answer taken = load(to, target, log);
        assertThat(taken.status()).isEqualTo(409);
        assertThat(taken.json().path("code").textValue()).isEqualTo("CONFLICT");
        assertThat(taken.json().path("message").textValue()).contains(target + " exists already");
        assertThat(to.history(target).offsets()).containsExactly(1L, 2L, 3L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/json", "text/plain", "application/yaml", ""})
    void should_take_lines_only(String type) {
        String target = freshStream();

        Answer answer = to.send(
                "POST",
                "/api/streams/__import" + target,
                "x",
                type.isEmpty() ? new String[0] : new String[] {"Content-Type", type});

        assertThat(answer.status()).isEqualTo(415);
        assertThat(answer.header("Accept-Post")).isEqualTo("application/x-ndjson");
        assertThat(answer.body()).contains("an import takes application/x-ndjson, one event a line");
    }

    @Test
    void should_refuse_a_log_above_the_limits() throws Exception {
        String source = freshStream();
        from.append(source, EVENT);
        from.append(source, EVENT);
        String log = log(from, source);
        Limits few = Limits.builder().forkEvents(1).build();
        Limits small = Limits.builder().forkBytes(log.length() - 1).build();

        assertTooLarge(few, MemoryBudget.ofHeap(), log, "at most 1 are imported (limit forkEvents)");
        assertTooLarge(
                small,
                MemoryBudget.ofHeap(),
                log,
                "at most " + (log.length() - 1) + " bytes are allowed",
                "import the events up to an earlier offset");
        assertTooLarge(
                Limits.defaults(),
                MemoryBudget.of(MemoryBudget.SMALLEST),
                log + "\n".repeat(1 << 19),
                "this server has memory for");
    }

    private static void assertTooLarge(Limits limits, MemoryBudget memory, String log, String... words)
            throws Exception {
        StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).limits(limits).start();
        try (RunningServer other = new RunningServer(engine, builder -> builder.memory(memory))) {
            String target = freshStream();
            Answer answer = load(other, target, log);
            assertThat(answer.status()).as(answer.body()).isEqualTo(413);
            assertThat(answer.body()).contains(words);
            assertThat(other.get(stateOf(target) + "?create=false").status()).isEqualTo(404);
        }
    }

    @Test
    void should_need_admin_and_no_chain(@TempDir Path directory) throws Exception {
        AccessTokens tokens = AccessTokens.in(directory, Timers.system());
        String source = freshStream();
        from.append(source, EVENT);
        String log = log(from, source);
        try (RunningServer guarded = new RunningServer(builder -> builder.tokens(tokens))) {
            String target = "/team" + freshStream();
            String admin = "Bearer " + RunningServer.token(tokens, StreamPath.of("/team"), Operation.ADMIN);
            String all = "Bearer "
                    + RunningServer.token(
                            tokens,
                            StreamPath.of("/team"),
                            Operation.READ,
                            Operation.APPEND,
                            Operation.PROCESS,
                            Operation.APPROVE,
                            Operation.CONTROL,
                            Operation.DEPLOY);

            assertThat(load(guarded, target, log).status()).isEqualTo(401);
            assertThat(load(guarded, target, log, "Authorization", all).body()).contains("does not allow 'admin'");
            assertThat(load(guarded, "/elsewhere", log, "Authorization", admin).status())
                    .isEqualTo(403);
            assertThat(load(guarded, target, log, "Authorization", admin, "Millrace-Chain", "depth=1, hops=1")
                            .body())
                    .contains("may not import a stream");
            assertThat(load(guarded, target, log, "Authorization", admin).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void should_import_into_the_project_of_the_request() {
        String source = freshStream();
        String target = freshStream();
        from.append(source, EVENT, "X-Project-Slug", "one");
        String log = from.get(
                        api(source) + "?beforeOffset=end", "X-Project-Slug", "one", "Accept", "application/x-ndjson")
                .body();

        assertThat(load(to, target, log, "X-Project-Slug", "two").status()).isEqualTo(200);

        assertThat(to.get(stateOf(target) + "?create=false").status()).isEqualTo(404);
        JsonNode payload =
                to.history(target, "X-Project-Slug", "two").events().get(0).path("payload");
        assertThat(payload.path("projectSlug").textValue()).isEqualTo("two");
        assertThat(payload.at("/forkedFrom/projectSlug").textValue()).isEqualTo("one");
    }

    @Test
    void should_return_the_same_random_logs_after_one_and_two_hops() throws Exception {
        Random random = new Random(SEED);
        VirtualTimers clock = new VirtualTimers(Instant.parse("2026-04-14T11:20:30.456Z"));
        StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).timers(clock).start();
        try (RunningServer source = new RunningServer(engine, builder -> builder)) {
            for (int i = 0; i < LOGS; i++) {
                String original = freshStream();
                int events = random.nextInt(60);
                for (int n = 0; n < events; n++) {
                    clock.advance(Duration.ofMillis(random.nextInt(2000)));
                    append(engine, original, random, n);
                }
                String first = freshStream();
                String second = freshStream();
                String log = log(source, original);
                assertThat(load(to, first, log).body()).as("seed " + SEED).contains("eventCount");
                assertThat(load(from, second, log(to, first)).body()).contains("eventCount");

                assertSame(log(to, first), first, log, original);
                assertSame(log(from, second), second, log, original);
                ObjectNode state = (ObjectNode) to.get(stateOf(first)).json();
                assertThat(from.get(stateOf(second)).json()).isEqualTo(state.put("path", second));
            }
        }
    }

    @Test
    void should_keep_what_a_client_could_not_decode_as_a_text() throws Exception {
        InMemoryEventStore store = new InMemoryEventStore();
        StreamEngine engine = StreamEngine.builder(store)
                .timers(new VirtualTimers(DamagedEvents.TIME))
                .start();
        try (RunningServer source = new RunningServer(engine, builder -> builder)) {
            String original = freshStream();
            source.append(original, EVENT);
            StreamKey stream = new StreamKey(ProjectSlug.defaultProject(), StreamPath.of(original));
            ProposalDraft draft = new ProposalDraft(store);
            for (int kind = 0; kind < DamagedEvents.undecodableKinds(); kind++) {
                DamagedEvents.append(draft, stream, "t", kind);
            }
            draft.commit();
            String log = decoded(source, original);
            String first = freshStream();
            String second = freshStream();

            assertThat(load(to, first, log).body()).contains("eventCount");
            assertThat(load(from, second, log(to, first)).body()).contains("eventCount");

            assertSame(log(to, first), first, log, original);
            assertSame(log(from, second), second, log, original);
            assertThat(log.lines()).hasSize(2 + DamagedEvents.undecodableKinds());
        }
    }

    /** The log as clients in Java read it. */
    private static String decoded(RunningServer server, String stream) {
        try (HttpEventStreams streams =
                HttpEventStreams.builder(server.server.baseUri()).build()) {
            return streams.read(StreamPath.of(stream), ReadRange.all()).orTimeout(30, TimeUnit.SECONDS).join().stream()
                    .map(event -> JsonCodec.writeText(JsonCodec.toTree(event)) + "\n")
                    .collect(Collectors.joining());
        }
    }

    /** Valid and invalid events, of callers and processors, with keys that repeat, pauses and children. */
    private static void append(StreamEngine engine, String stream, Random random, int number) {
        String payload = RandomJson.object(random, 3);
        String metadata = random.nextInt(3) > 0
                ? RandomJson.object(random, 2)
                : "{\"millrace\": {\"processor\": \"p" + random.nextInt(3) + "\", \"foreignKey\": "
                        + random.nextBoolean() + "}}";
        String key = random.nextInt(3) == 0 ? ", \"idempotencyKey\": \"k" + random.nextInt(10) + "\"" : "";
        String event = switch (random.nextInt(8)) {
            case 0 -> "{\"type\": 7, \"oops\": " + payload + "}";
            case 1 ->
                "{\"type\": \"https://events.iterate.com/events/stream/metadata-updated\", \"payload\":"
                        + " {\"metadata\": " + metadata + "}}";
            case 2 ->
                "{\"type\": \"https://events.iterate.com/events/stream/" + (number % 2 == 0 ? "paused" : "resumed")
                        + "\"}";
            default ->
                "{\"type\": \"t" + random.nextInt(3) + "\", \"payload\": " + payload + ", \"metadata\": " + metadata
                        + key + "}";
        };
        String path = random.nextInt(10) == 0 ? stream + "/c" + number : stream;
        var unused = engine.append(
                        ProjectSlug.defaultProject(),
                        StreamPath.of(path),
                        List.of(event.getBytes(StandardCharsets.UTF_8)))
                .handle((answers, paused) -> answers) // while it is paused, appends are refused
                .orTimeout(30, TimeUnit.SECONDS)
                .join();
    }
}
