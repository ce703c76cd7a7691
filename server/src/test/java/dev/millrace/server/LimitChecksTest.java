package dev.millrace.server;

import static dev.millrace.contracts.wire.ServiceClient.api;
import static dev.millrace.contracts.wire.ServiceClient.freshStream;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.contracts.wire.ServiceClient.Answer;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.server.internal.http.AppendRateLimiter;
import dev.millrace.server.internal.http.HttpErrorException;
import java.time.Duration;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

/** Requests beyond a limit get a 429 that names the limit and the time of the next try. */
class LimitChecksTest {
    private static final String EVENT = "{\"type\": \"a\"}";

    private final VirtualTimers clock = new VirtualTimers();

    @Test
    void should_let_a_stream_have_so_many_live_readers_and_more_when_some_have_left() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.maxReaders(3, 2))) {
            String stream = freshStream();
            String other = freshStream();
            LiveReadClient first = millrace.follow(stream).awaitOffset(1);
            millrace.follow(stream).awaitOffset(1);

            assertRefused(
                    millrace.get(api(stream) + "?afterOffset=start"),
                    "public:" + stream + " has 2 live readers, at most 2",
                    "maxReadersPerStream");
            assertThat(millrace.history(stream).status()).isEqualTo(200);
            assertThat(millrace.send("HEAD", api(stream), "").status()).isEqualTo(200);
            millrace.follow(other).awaitOffset(1);
            assertRefused(
                    millrace.get(api(freshStream()) + "?afterOffset=start"),
                    "this server has 3 live readers, at most 3",
                    "limit maxReaders)");

            first.close();
            millrace.append(stream, EVENT);
            await().atMost(Duration.ofSeconds(30)).until(() -> millrace.server.liveReads() == 2);
            assertThat(millrace.follow(stream).awaitOffset(2).status()).isEqualTo(200);
        }
    }

    private static void assertRefused(Answer answer, String... words) {
        assertThat(answer.status()).isEqualTo(429);
        assertThat(answer.header("Retry-After")).isEqualTo("5");
        assertThat(answer.json().path("code").textValue()).isEqualTo("TOO_MANY_REQUESTS");
        assertThat(answer.json().path("message").textValue()).contains(words);
    }

    @Test
    void should_let_a_caller_append_so_many_events_a_second() throws Exception {
        try (RunningServer millrace = new RunningServer(builder -> builder.rateLimit(3))) {
            String stream = freshStream();
            assertThat(millrace.append(stream, "[" + EVENT + "," + EVENT + "," + EVENT + "]")
                            .status())
                    .isEqualTo(200);

            Answer refused = millrace.append(stream, "[" + EVENT + "," + EVENT + "," + EVENT + "]");

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.body()).contains("at most 3 events per second", "limit rateLimit", "3 more were sent");
            assertThat(millrace.history(stream).offsets()).hasSize(4);
        }
    }

    @Test
    void should_count_what_a_fork_copies_among_the_events_of_its_caller() throws Exception {
        try (RunningServer millrace =
                new RunningServer(builder -> builder.timers(clock).rateLimit(5))) {
            String stream = freshStream();
            millrace.append(stream, "[" + EVENT + "," + EVENT + "," + EVENT + "]");
            String fork = "/api/streams/__fork" + stream;
            clock.advance(Duration.ofSeconds(1));

            assertThat(millrace.post(fork, "{\"at\": 4, \"to\": \"" + freshStream() + "\"}")
                            .status())
                    .isEqualTo(200);
            Answer refused = millrace.post(fork, "{\"at\": 4, \"to\": \"" + freshStream() + "\"}");

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.body()).contains("at most 5 events per second", "4 more were sent");
            assertThat(millrace.append(stream, EVENT).status()).isEqualTo(200);
            assertThat(millrace.append(stream, EVENT).status()).isEqualTo(429);
        }
    }

    @Test
    void should_count_what_an_import_copies_among_the_events_of_its_caller() throws Exception {
        try (RunningServer millrace =
                new RunningServer(builder -> builder.timers(clock).rateLimit(5))) {
            String stream = freshStream();
            millrace.append(stream, "[" + EVENT + "," + EVENT + "," + EVENT + "]");
            String log = millrace.get(api(stream) + "?beforeOffset=end", "Accept", "application/x-ndjson")
                    .body();
            String[] lines = {"Content-Type", "application/x-ndjson"};
            clock.advance(Duration.ofSeconds(1));

            assertThat(millrace.send("POST", "/api/streams/__import" + freshStream(), log, lines)
                            .status())
                    .isEqualTo(200);
            Answer refused = millrace.send("POST", "/api/streams/__import" + freshStream(), log, lines);

            assertThat(refused.status()).isEqualTo(429);
            assertThat(refused.body()).contains("at most 5 events per second", "4 more were sent");
        }
    }

    @Test
    void should_fill_the_bucket_of_each_caller_by_itself() {
        AppendRateLimiter limit = new AppendRateLimiter(OptionalInt.of(10), clock);
        limit.take("a", 10);
        assertThatThrownBy(() -> limit.take("a", 1)).hasMessageContaining("try again in 1 s");
        limit.take("b", 10);

        clock.advance(Duration.ofMillis(500));
        limit.take("a", 5);
        assertThatThrownBy(() -> limit.take("a", 1)).isInstanceOf(HttpErrorException.class);
        clock.advance(Duration.ofSeconds(100));
        limit.take("a", 10);
        assertThatThrownBy(() -> limit.take("a", 1)).isInstanceOf(HttpErrorException.class);
    }

    @Test
    void should_let_a_batch_above_the_rate_pass_and_wait_for_it_afterwards() {
        AppendRateLimiter limit = new AppendRateLimiter(OptionalInt.of(10), clock);
        limit.take("a", 50);
        assertThatThrownBy(() -> limit.take("a", 1))
                .isInstanceOfSatisfying(
                        HttpErrorException.class,
                        refusal -> assertThat(refusal.headers()).containsEntry("Retry-After", "5"));

        clock.advance(Duration.ofSeconds(4));
        assertThatThrownBy(() -> limit.take("a", 1)).isInstanceOf(HttpErrorException.class);
        clock.advance(Duration.ofMillis(100));
        limit.take("a", 1);
    }

    @Test
    void should_limit_nothing_without_a_number_and_refill_as_before_when_the_clock_is_set() {
        AppendRateLimiter none = new AppendRateLimiter(OptionalInt.empty(), clock);
        none.take("a", 1_000_000);
        none.take("a", 1_000_000);

        AppendRateLimiter limit = new AppendRateLimiter(OptionalInt.of(1), clock);
        limit.take("a", 1);
        clock.set(clock.now().minusSeconds(100));
        assertThatThrownBy(() -> limit.take("a", 1)).isInstanceOf(HttpErrorException.class);
        clock.advance(Duration.ofSeconds(1));
        limit.take("a", 1);
    }
}
