package dev.millrace.engine.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ObligationRunner;
import dev.millrace.core.processor.Obligations;
import dev.millrace.core.processor.Processor;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;

/** A processor that sends a letter for each request; a test decides how each one ends. */
final class Mailer implements Processor<Obligations> {
    sealed interface Mail {
        @EventName("mail-requested")
        record Requested(String id) implements Mail {}

        @EventName("mail-started")
        record Started(String id) implements Mail {}

        @EventName("mail-sent")
        record Sent(String id) implements Mail {}

        @EventName("mail-lost")
        record Lost(String id, String why) implements Mail {}
    }

    final List<String> sent = new CopyOnWriteArrayList<>();
    final Queue<CompletableFuture<Object>> endings = new ConcurrentLinkedQueue<>();
    private final ObligationRunner<Obligations> fulfilment;

    Mailer(int mostStarts) {
        fulfilment = ObligationRunner.repeatable(
                mostStarts,
                "mailer/send",
                duty -> new Mail.Started(duty.id()),
                (duty, attempt) -> {
                    sent.add(duty.id());
                    CompletableFuture<Object> ending = endings.poll();
                    return ending != null ? ending : CompletableFuture.completedFuture(new Mail.Sent(duty.id()));
                },
                (duty, why) -> new Mail.Lost(duty.id(), why));
    }

    @Override
    public String slug() {
        return "mailer";
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
            return state.requested(requested.id(), event, event.createdAt().plus(Duration.ofHours(1)));
        }
        if (event.payload() instanceof Mail.Started started) {
            return state.started(started.id());
        }
        if (event.payload() instanceof Mail.Sent done) {
            return state.settled(done.id());
        }
        return event.payload() instanceof Mail.Lost lost ? state.settled(lost.id()) : state;
    }

    @Override
    public CompletionStage<Void> afterAppend(Obligations state, Event event, Effects<Obligations> effects) {
        fulfilment.pursue(state, effects);
        return Effects.none();
    }

    @Override
    public CompletionStage<Void> onCaughtUp(Obligations state, Effects<Obligations> effects) {
        fulfilment.reconcile(state, effects);
        return Effects.none();
    }
}
