package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.Timers;
import dev.millrace.server.security.AccessTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A live read of a stream and all streams below it, over HTTP. */
class SubtreeReadTest {
    private static final String SAID = "{\"type\":\"said\"}";

    private static final RunningServer millrace = new RunningServer();

    private final String top = freshStream();

    @AfterAll
    static void stop() throws IOException {
        millrace.close();
    }

    private LiveReadClient read(String query, String... headers) {
        return millrace.live(api(top) + "?subtree=true" + query, headers);
    }

    private static List<String> events(LiveReadClient reader) {
        return reader.events().stream()
                .filter(event -> event.has("type"))
                .map(event -> event.path("streamPath").textValue() + "@" + event.path("offset"))
                .toList();
    }

    private static void awaitEvent(LiveReadClient reader, String event) {
        await().atMost(Duration.ofSeconds(30))
                .pollInterval(Duration.ofMillis(5))
                .until(() -> events(reader).contains(event));
    }

    private static List<String> ids(LiveReadClient reader) {
        return reader.lines().stream()
                .filter(line -> line.startsWith("id: "))
                .map(line -> line.substring(4))
                .toList();
    }

    @Test
    void should_send_the_history_of_all_streams_in_commit_order_and_then_what_comes() {
        millrace.append(top + "/x", SAID);
        millrace.append(top + "/y/z", SAID);
        LiveReadClient reader = read("&caughtUp=true").awaitLine("event: caught-up");

        millrace.append(top + "/x", SAID);
        millrace.append(top + "-sibling", SAID);
        millrace.append(top + "/new", SAID);

        awaitEvent(reader, top + "/new@2");
        assertThat(events(reader))
                .containsSubsequence(top + "@1", top + "/x@1", top + "/x@2", top + "/y@1", top + "/y/z@1", top + "/x@3")
                .noneMatch(event -> event.startsWith(top + "-sibling"));
        assertThat(reader.header("Millrace-Subtree")).isEqualTo("true");
        assertThat(ids(reader).stream().map(Long::valueOf).toList()).isSorted();
    }

    @Test
    void should_resume_after_the_last_id_across_all_streams() {
        millrace.append(top + "/x", SAID);
        LiveReadClient first = read("");
        awaitEvent(first, top + "/x@2");
        String last = ids(first).get(ids(first).size() - 1);
        millrace.append(top + "/x", SAID);
        millrace.append(top + "/y", SAID);

        LiveReadClient second = read("", "Last-Event-ID", last);
        LiveReadClient third = read("&afterOffset=" + last);

        awaitEvent(second, top + "/y@2");
        awaitEvent(third, top + "/y@2");
        assertThat(events(second))
                .isEqualTo(events(third))
                .startsWith(top + "/x@3")
                .contains(top + "/y@1")
                .doesNotContain(top + "/x@2");
    }

    @Test
    void should_begin_at_the_end_and_say_where_each_stream_stands() {
        millrace.append(top + "/x", SAID);
        LiveReadClient reader = read("&afterOffset=end&caughtUp=true").awaitLine("event: caught-up");

        millrace.append(top + "/x", SAID);

        awaitEvent(reader, top + "/x@3");
        assertThat(events(reader)).containsExactly(top + "/x@3");
        assertThat(reader.lines())
                .filteredOn(line -> line.contains("\"incarnation\""))
                .hasSize(2)
                .anyMatch(line -> line.startsWith("data: {\"streamPath\":\"" + top + "/x\",\"incarnation\":\"")
                        && line.endsWith("\"offset\":2}"));
        assertThat(reader.lines()).containsSubsequence("event: stream", "event: caught-up", "event: message");
    }

    @Test
    void should_say_which_stream_was_destroyed_and_go_on() {
        millrace.append(top + "/x", SAID);
        LiveReadClient reader = read("&caughtUp=true&types=said").awaitLine("event: caught-up");

        millrace.send("DELETE", api(top + "/x"), "");
        millrace.append(top + "/x", SAID);
        millrace.append(top + "/y", SAID);

        awaitEvent(reader, top + "/y@2");
        assertThat(reader.lines())
                .containsSubsequence("event: destroyed", "data: {\"streamPath\":\"" + top + "/x\"}", "event: message");
        assertThat(reader.end()).isEmpty();
        assertThat(events(reader)).containsExactly(top + "/x@2", top + "/x@2", top + "/y@2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"&beforeOffset=end", "&live=false", "&limit=3", "&order=desc"})
    void should_refuse_what_only_finite_reads_have(String query) {
        Answer refused = millrace.get(api(top) + "?subtree=true" + query);

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.json().path("code").textValue()).isEqualTo("BAD_REQUEST");
    }

    @Test
    void should_refuse_a_form_that_has_an_end() {
        assertThat(millrace.get(api(top) + "?subtree=true", "Accept", "application/json")
                        .json()
                        .path("message")
                        .textValue())
                .contains("a subtree is read live only");
    }

    @Test
    void should_read_a_subtree_under_its_short_url_as_well() {
        millrace.append(top + "/x", SAID);

        LiveReadClient reader = millrace.live(top + "?subtree=true");

        awaitEvent(reader, top + "/x@2");
    }

    @Test
    void should_count_as_one_reader() throws IOException {
        try (RunningServer small = new RunningServer(builder -> builder.maxReaders(1, 1))) {
            LiveReadClient first = small.live(api("/a") + "?subtree=true").awaitOffset(1);
            assertThat(small.get(api("/b") + "?subtree=true").status()).isEqualTo(429);
            first.close();
            await().atMost(Duration.ofSeconds(30)).until(() -> small.server.liveReads() == 0);
            assertThat(small.live(api("/b") + "?subtree=true").awaitOffset(1).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void should_show_a_token_the_subtree_it_is_for_and_nothing_above(@TempDir Path directory) throws IOException {
        AccessTokens tokens = AccessTokens.in(directory, Timers.system());
        try (RunningServer guarded = new RunningServer(builder -> builder.tokens(tokens))) {
            String reading = bearer(tokens, "/a/b", Operation.READ);
            String appending = bearer(tokens, "/", Operation.APPEND);
            guarded.send("POST", api("/a/b/c"), SAID, "Authorization", appending);

            LiveReadClient reader = guarded.live(api("/a/b") + "?subtree=true", "Authorization", reading);

            awaitEvent(reader, "/a/b/c@2");
            for (String beyond : List.of("/a", "/", "/a/bc")) {
                assertThat(guarded.get(api(beyond) + "?subtree=true", "Authorization", reading)
                                .status())
                        .as(beyond)
                        .isEqualTo(403);
            }
            assertThat(guarded.get(api("/a/b") + "?subtree=true", "Authorization", appending)
                            .status())
                    .isEqualTo(403);
            assertThat(guarded.get(api("/a/b") + "?subtree=true").status()).isEqualTo(401);
        }
    }

    private static String bearer(AccessTokens tokens, String prefix, Operation operation) {
        return "Bearer "
                + tokens.create(
                                Optional.of(ProjectSlug.defaultProject()),
                                StreamPath.of(prefix),
                                Set.of(operation),
                                Optional.empty())
                        .token();
    }
}
