package dev.millrace.engine.runner;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Obligation;
import dev.millrace.core.processor.ObligationRunner;
import dev.millrace.core.processor.Obligations;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.runner.Mailer.Mail;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Obligations that several processors may take: one start counts, and an attempt may decline. */
class ContendedObligationsTest extends RunnerRules {
    /** A mailer that shares its work with others under the same key. */
    private static class Rival implements Processor<Obligations>, ObligationRunner.Attempt {
        private final String slug;
        private final ObligationRunner<Obligations> runner;
        final List<String> steps = new CopyOnWriteArrayList<>();
        final List<Integer> lostAfter = new CopyOnWriteArrayList<>();

        Rival(String slug) {
            this.slug = slug;
            this.runner = ObligationRunner.contended(1, slug, (duty, path, task) -> this, this::lost);
        }

        private Object lost(Obligation duty, String why) {
            lostAfter.add(duty.starts());
            return new Mail.Lost(duty.id(), why);
        }

        @Override
        public CompletionStage<? extends Optional<?>> start() {
            return CompletableFuture.completedFuture(Optional.of(EventInput.builder()
                    .from(EventInput.of(new Mail.Started("a")))
                    .idempotencyKey("start@a")
                    .build()));
        }

        @Override
        public CompletionStage<Boolean> isOurs(Event started) {
            steps.add(started.type());
            return CompletableFuture.completedFuture(true);
        }

        @Override
        public CompletionStage<?> work() {
            steps.add("work");
            return CompletableFuture.completedFuture(new Mail.Sent("a"));
        }

        @Override
        public String slug() {
            return slug;
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.of(Mail.class);
        }

        @Override
        public Obligations initialState() {
            return Obligations.none();
        }

        @Override
        public Obligations reduce(Obligations state, Event event) {
            if (event.payload() instanceof Mail.Requested requested) {
                return state.requested(requested.id(), event);
            }
            return event.payload() instanceof Mail.Started started ? state.started(started.id()) : state;
        }

        @Override
        public CompletionStage<Void> afterAppend(Obligations state, Event event, Effects<Obligations> effects) {
            runner.pursue(state, effects);
            return Effects.none();
        }
    }

    private void request() {
        get(streams.append(PATH, EventInput.of(new Mail.Requested("a"))));
    }

    private List<String> story() {
        return log().stream()
                .map(Event::type)
                .filter(type -> type.startsWith("mail-") || type.contains("failed"))
                .toList();
    }

    @Test
    void should_do_the_work_in_the_processor_whose_start_is_first() {
        Rival one = new Rival("one");
        Rival two = new Rival("two");
        ProcessorRunner<Obligations> first = startLive(one);
        ProcessorRunner<Obligations> second = startLive(two);
        request();
        eventually(() -> story().contains("mail-sent"));
        first.awaitIdle(LIMIT);
        second.awaitIdle(LIMIT);

        assertThat(story()).containsExactly("mail-requested", "mail-started", "mail-sent");
        assertThat(one.steps.size() + two.steps.size()).isEqualTo(2);
    }

    @Test
    void should_neither_work_nor_record_an_outcome_if_the_start_is_not_its_own() {
        Rival modest = new Rival("modest") {
            @Override
            public CompletionStage<Boolean> isOurs(Event started) {
                return CompletableFuture.completedFuture(false);
            }
        };
        ProcessorRunner<Obligations> runner = startLive(modest);
        request();
        eventually(() -> story().contains("mail-started"));
        runner.awaitIdle(LIMIT);

        assertThat(story()).containsExactly("mail-requested", "mail-started");
        assertThat(modest.steps).isEmpty();
    }

    @Test
    void should_append_nothing_while_the_work_is_not_to_start() {
        Rival lazy = new Rival("lazy") {
            @Override
            public CompletionStage<? extends Optional<?>> start() {
                return CompletableFuture.completedFuture(Optional.empty());
            }
        };
        ProcessorRunner<Obligations> runner = startLive(lazy);
        request();
        runner.awaitIdle(LIMIT);

        assertThat(story()).containsExactly("mail-requested");
    }

    @Test
    void should_lose_what_it_started_and_cannot_decide_about() {
        Rival broken = new Rival("broken") {
            @Override
            public CompletionStage<Boolean> isOurs(Event started) {
                throw new IllegalStateException("no luck");
            }
        };
        startLive(broken);
        request();
        eventually(() -> story().contains("mail-lost"));

        assertThat(logOf("mail-lost").get(0).payloadJson().path("why").asText()).contains("no luck");
        assertThat(broken.lostAfter).containsExactly(1);
    }
}
