package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.cli.internal.service.DataDirectoryOptions;
import dev.millrace.cli.internal.service.LocalService;
import dev.millrace.contracts.store.DamagedEvents;
import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.EventInput;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands read a stream to its end, with events that another version or program wrote. */
@SuppressWarnings("NullAway.Init") // set before each test
class UndecodableEventsTest {
    private static final StreamPath PATH = StreamPath.of("/old");
    private static final int DAMAGED = DamagedEvents.undecodableKinds();

    private final EventStore store = new InMemoryEventStore();
    private final ExecutorService tails = Executors.newCachedThreadPool();
    private LocalService service;

    @TempDir
    Path directory;

    @BeforeEach
    void serve() {
        service = LocalService.start(
                DataDirectoryOptions.Opened.only(store), Map.of(), LocalService.Listening.locally(0, false));
        append("first");
        StreamKey stream = new StreamKey(ProjectSlug.defaultProject(), PATH);
        ProposalDraft draft = new ProposalDraft(store);
        for (int kind = 0; kind < DAMAGED; kind++) {
            DamagedEvents.append(draft, stream, "t", kind);
        }
        draft.commit();
        append("last");
    }

    private void append(String type) {
        service.streams()
                .append(PATH, EventInput.ofType(type))
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    @AfterEach
    void stop() {
        tails.shutdownNow();
        service.close();
    }

    private String[] arguments(String... args) {
        return Stream.concat(Stream.of(args), Stream.of("--url", service.uri().toString()))
                .toArray(String[]::new);
    }

    private String run(String... args) {
        Screen screen = Screen.pipe();
        assertThat(screen.run(args)).as(screen.err()).isZero();
        assertThat(screen.err()).isEmpty();
        return screen.out();
    }

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "json", "ndjson", "log"})
    void should_be_read_in_every_format(String format) {
        String read = run(arguments("read", "/old", "--format", format));

        assertThat(read).contains("first", "last", "unfinished", "not JSON");
        if (format.equals("ndjson")) {
            assertThat(read.lines().filter(line -> line.contains("\"type\":\"t\"")))
                    .hasSize(DAMAGED);
        }
        assertThat(run(arguments("read", "/old", "--desc", "--format", format))).contains("first", "last");
        assertThat(run(arguments("read", "/old", "--types", "t", "--format", format)))
                .contains("unfinished")
                .doesNotContain("first");
    }

    @ParameterizedTest
    @ValueSource(strings = {"yaml", "ndjson", "log"})
    void should_be_followed_by_a_tail(String format) {
        Screen tail = Screen.pipe();
        Future<Integer> ended =
                tails.submit(() -> tail.run(arguments("tail", "/old", "--after", "start", "--format", format)));
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(tail.out()).contains("last"));

        append("next");

        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(tail.out()).contains("next"));
        assertThat(tail.out()).contains("unfinished", "not JSON");
        assertThat(tail.err()).isEmpty();
        assertThat(ended).isNotDone();
    }

    @ParameterizedTest
    @ValueSource(strings = {"record", "read"})
    void should_be_in_a_log_that_can_be_replayed(String command) throws Exception {
        Path log = directory.resolve("old.yaml");
        String written = run(arguments(command, "/old"));
        Files.writeString(log, written);

        String replayed =
                run("replay", "--processor", "circuit-breaker", log.toString(), "--command", "goto 1; events 0 99");

        assertThat(replayed.lines()).hasSizeGreaterThanOrEqualTo(3 + DAMAGED);
        assertThat(replayed).contains("unfinished", "not JSON", "last");
    }

    @Test
    void should_not_stop_a_fork_or_the_state() {
        int events = 3 + DAMAGED;
        run(arguments("fork", "/old", "--at", Integer.toString(events), "--to", "/copy"));

        assertThat(run(arguments("state", "/old"))).contains("\"eventCount\": ", "circuit-breaker");
        assertThat(run(arguments("read", "/copy", "--format", "ndjson")).lines())
                .hasSize(events);
    }
}
