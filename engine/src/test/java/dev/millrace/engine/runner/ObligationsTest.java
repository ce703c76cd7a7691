package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Obligations;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Progress;
import dev.millrace.core.runner.ProgressStore;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.runner.Mailer.Mail;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class ObligationsTest extends RunnerRules {
    private void request(String id) {
        get(streams.append(PATH, EventInput.of(new Mail.Requested(id))));
    }

    /** Uses the engine's clock, because expiry is compared with the times of events. */
    private ProcessorRunner<Obligations> startMailing(Mailer mailer) {
        ProcessorRunner<Obligations> runner = start(runner(mailer).timers(Timers.system()));
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    private List<String> story() {
        return log().stream()
                .map(Event::type)
                .filter(type -> type.startsWith("mail-"))
                .toList();
    }

    private void awaitStory(String... types) {
        eventually(() -> story().equals(List.of(types)));
    }

    @Test
    void should_start_do_and_settle_what_was_requested() {
        Mailer mailer = new Mailer(1);
        ProcessorRunner<Obligations> runner = startMailing(mailer);

        request("a");
        awaitStory("mail-requested", "mail-started", "mail-sent");
        runner.awaitIdle(LIMIT);

        assertThat(mailer.sent).containsExactly("a");
        assertThat(runner.state().open()).isEmpty();
    }

    @Test
    void should_do_what_was_requested_while_no_runner_ran_and_nothing_twice() {
        request("a");
        request("b");
        Mailer mailer = new Mailer(1);
        startMailing(mailer).awaitIdle(LIMIT);
        Mailer next = new Mailer(1);
        startMailing(next).awaitIdle(LIMIT);

        assertThat(mailer.sent).containsExactlyInAnyOrder("a", "b");
        assertThat(next.sent).isEmpty();
    }

    @Test
    void should_record_an_unknown_outcome_of_work_that_must_not_be_repeated() {
        Mailer gone = new Mailer(1);
        gone.endings.add(new CompletableFuture<>());
        ProcessorRunner<Obligations> first = startMailing(gone);
        request("a");
        eventually(() -> gone.sent.size() == 1);
        first.stop(Duration.ofMillis(10));

        Mailer next = new Mailer(1);
        startMailing(next);
        awaitStory("mail-requested", "mail-started", "mail-lost");

        assertThat(next.sent).isEmpty();
        assertThat(logOf("mail-lost").get(0).payloadJson().path("why").textValue())
                .contains("its process ended before it was settled");
    }

    @Test
    void should_settle_all_that_a_process_started_that_was_killed_before_it_saved_progress() {
        for (int round = 0; round < 20; round++) {
            StreamPath path = StreamPath.of("/killed/" + round);
            FirstProgress progress = new FirstProgress();
            Mailer killed = new Mailer(1);
            killed.endings.addAll(List.of(new CompletableFuture<>(), new CompletableFuture<>()));
            ProcessorRunner<Obligations> first = startMailing(killed, path, progress);
            get(streams.appendAll(
                    path, List.of(EventInput.of(new Mail.Requested("a")), EventInput.of(new Mail.Requested("b")))));
            eventually(() -> killed.sent.size() == 2);
            first.stop(Duration.ZERO);

            Mailer next = new Mailer(1);
            startMailing(next, path, progress);

            eventually(() -> log(path).stream()
                            .filter(event -> event.type().equals("mail-lost"))
                            .count()
                    == 2);
            assertThat(next.sent).isEmpty();
        }
    }

    private ProcessorRunner<Obligations> startMailing(Mailer mailer, StreamPath path, ProgressStore progress) {
        ProcessorRunner<Obligations> runner =
                start(runner(mailer).stream(path).progress(progress).timers(Timers.system()));
        runner.awaitCaughtUp(LIMIT);
        return runner;
    }

    /** A store that keeps only the first progress of each stream, like a disk after an early crash. */
    private static final class FirstProgress implements ProgressStore {
        private Optional<Progress> first = Optional.empty();

        @Override
        public synchronized Optional<Progress> load(String slug, StreamPath path) {
            return first;
        }

        @Override
        public synchronized void save(Progress progress) {
            first = first.or(() -> Optional.of(progress));
        }
    }

    @Test
    void should_repeat_what_may_be_repeated_a_limited_number_of_times() {
        for (int life = 1; life <= 2; life++) {
            Mailer dying = new Mailer(2);
            dying.endings.add(new CompletableFuture<>());
            ProcessorRunner<Obligations> runner = startMailing(dying);
            if (life == 1) {
                request("a");
            }
            eventually(() -> dying.sent.size() == 1);
            runner.stop(Duration.ofMillis(10));
        }

        Mailer last = new Mailer(2);
        startMailing(last);
        awaitStory("mail-requested", "mail-started", "mail-started", "mail-lost");

        assertThat(last.sent).isEmpty();
    }

    @Test
    void should_keep_the_first_outcome_when_a_slow_process_settles_after_it_was_given_up() {
        Mailer slow = new Mailer(1);
        CompletableFuture<Object> ending = new CompletableFuture<>();
        slow.endings.add(ending);
        ProcessorRunner<Obligations> first = startMailing(slow);
        request("a");
        eventually(() -> slow.sent.size() == 1);
        startMailing(new Mailer(1));
        awaitStory("mail-requested", "mail-started", "mail-lost");

        ending.complete(new Mail.Sent("a"));
        first.awaitIdle(LIMIT);

        assertThat(story()).containsExactly("mail-requested", "mail-started", "mail-lost");
    }

    @Test
    void should_settle_as_lost_what_fails() {
        Mailer mailer = new Mailer(3);
        mailer.endings.add(CompletableFuture.failedFuture(new IllegalStateException("no luck")));
        startMailing(mailer);

        request("a");
        awaitStory("mail-requested", "mail-started", "mail-lost");

        assertThat(logOf("mail-lost").get(0).payloadJson().path("why").textValue())
                .contains("no luck");
    }

    @Test
    void should_not_start_what_has_expired() {
        request("a");
        pass(Duration.between(timers.now(), Instant.now().plus(Duration.ofDays(1))));
        Mailer mailer = new Mailer(1);
        start(runner(mailer));
        awaitStory("mail-requested", "mail-lost");

        assertThat(mailer.sent).isEmpty();
    }

    @Test
    void should_survive_json_and_ignore_what_is_not_open() {
        request("a");
        request("b");
        Event first = log().get(1);
        Obligations duties = Obligations.none()
                .requested("b", first, Instant.parse("2026-01-01T00:00:00Z"))
                .requested("a", first)
                .started("a");

        assertThat(JsonCodec.fromTree(JsonCodec.toTree(duties), Obligations.class))
                .isEqualTo(duties);
        assertThat(duties.requested("a", log().get(2))).isSameAs(duties);
        assertThat(duties.settled("c")).isSameAs(duties);
        assertThat(duties.started("c")).isSameAs(duties);
        assertThat(duties.notStarted()).extracting("id").containsExactly("b");
        assertThat(duties.inDoubt()).extracting("id").containsExactly("a");
    }
}
