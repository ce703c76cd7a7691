package dev.millrace.acceptance;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each hosted processor works on after events that cannot be decoded, also after a restart of the engine. */
class UndecodableEventsTest {
    private static final StreamPath PATH = StreamPath.of("/old");
    private static final String TIME = "2026-04-14T11:20:30.456Z";

    /** Each is the body of one event, with its type in place of TYPE. */
    private static final List<String> STORED = List.of(
            ours("{\"slug\":\"w\",\"n\":1e99999999999}"),
            ours("{\"slug\":\"s\",\"n\":-1e-2147483649}"),
            ours("{\"slug\":\"r\",\"n\":" + "9".repeat(5_000) + "}"),
            ours("{\"n\":" + "[".repeat(2_000) + "]".repeat(2_000) + "}"),
            ours("{},\"metadata\":{\"n\":1e99999999999}"),
            ours("{\"slug\":\"w\",\"text\":\"\u00e4\"}"), // written as ISO 8859-1
            ours("{\"text\":\"unfinished}"),
            ours("[1]"),
            ours("{}"),
            ours("{\"slug\":5,\"append\":7,\"schedule\":\"x\",\"enabled\":\"maybe\",\"content\":{},\"processor\":[]}"),
            ours("{\"unknown\":1,\"epoch\":-1,\"holder\":{},\"from\":\"x\"}"),
            ours("{},\"metadata\":[1],\"unknown\":{}"),
            "\"version\":2",
            "not JSON",
            "");

    private static String ours(String payload) {
        return "\"type\":\"TYPE\",\"payload\":" + payload;
    }

    @ParameterizedTest
    @EnumSource(HostedWork.class)
    void should_not_stop_a_processor(HostedWork work, @TempDir Path directory) throws Exception {
        try (MockWebServer peer = new MockWebServer()) {
            peer.start();
            try (HostedService service = HostedService.start(SqliteEventStore.open(directory), peer)) {
                work.prepare(service, PATH);
                work.check(service, PATH, 1);
            }
            try (EventStore store = SqliteEventStore.open(directory)) {
                damage(store, PATH);
            }
            for (int i = 2; i < 4; i++) {
                try (HostedService service = HostedService.start(SqliteEventStore.open(directory), peer)) {
                    work.check(service, PATH, i);
                }
            }
        }
    }

    /** Stores damaged events of each known type; each type gets some kinds of damage, and all of them in long runs. */
    private static void damage(EventStore store, StreamPath path) {
        List<String> types = ExampleEvents.types().stream()
                .filter(type -> !type.endsWith("/paused") && !type.endsWith("/initialized"))
                .toList();
        int kinds = Rounds.LONG ? STORED.size() : 5;
        StreamKey stream = new StreamKey(ProjectSlug.defaultProject(), path);
        ProposalDraft draft = new ProposalDraft(store);
        for (int i = 0; i < types.size(); i++) {
            int first = i * kinds;
            String type = types.get(i);
            IntStream.range(first, first + kinds)
                    .mapToObj(kind -> STORED.get(kind % STORED.size()))
                    .forEach(body -> append(draft, stream, type, body));
        }
        draft.commit();
        assertThat(types).hasSizeGreaterThan(STORED.size());
    }

    private static void append(ProposalDraft draft, StreamKey stream, String type, String body) {
        long offset = draft.head(stream).orElseThrow().lastOffset() + 1;
        draft.append(
                stream,
                Instant.parse(TIME),
                type,
                Optional.of("key-" + offset),
                body.replace("TYPE", type).getBytes(ISO_8859_1));
    }
}
