package dev.millrace.examples.outbox;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ObligationRunner;
import dev.millrace.core.processor.Processor;
import java.util.Objects;
import java.util.concurrent.CompletionStage;

/**
 * Sends each letter once. If a crash interrupts a letter, it is not sent again: its outcome is recorded as unknown, and
 * a person decides.
 */
public final class Outbox implements Processor<OutboxState> {
    public interface Postman {
        /** Sends a letter; the stage ends when it is on its way. */
        CompletionStage<Void> send(LetterEvent.Requested letter);
    }

    private final ObligationRunner<OutboxState> sending;

    public Outbox(Postman postman) {
        // region fulfilment
        sending = ObligationRunner.once(
                "outbox/send",
                duty -> new LetterEvent.Started(duty.id()),
                (duty, attempt) -> postman.send(letter(attempt.current(), duty.id()))
                        .thenApply(sent -> new LetterEvent.Sent(duty.id())),
                (duty, why) -> new LetterEvent.OutcomeUnknown(duty.id(), why));
        // endregion
    }

    private static LetterEvent.Requested letter(OutboxState state, String id) {
        return Objects.requireNonNull(state.letters().get(id), "the state has no letter for an open obligation");
    }

    @Override
    public String slug() {
        return "outbox";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(LetterEvent.class);
    }

    @Override
    public OutboxState initialState() {
        return OutboxState.empty();
    }

    // region fold
    @Override
    public OutboxState reduce(OutboxState state, Event event) {
        if (event.payload() instanceof LetterEvent.Requested letter)
            return state.plus(letter, state.duties().requested(letter.id(), event));
        if (event.payload() instanceof LetterEvent.Started started)
            return state.with(state.duties().started(started.id()));
        if (event.payload() instanceof LetterEvent.Sent sent)
            return state.with(state.duties().settled(sent.id()));
        if (event.payload() instanceof LetterEvent.OutcomeUnknown lost)
            return state.with(state.duties().settled(lost.id()));
        return state;
    }

    @Override
    public CompletionStage<Void> afterAppend(OutboxState state, Event event, Effects<OutboxState> effects) {
        sending.pursue(state.duties(), effects);
        return Effects.none();
    }

    @Override
    public CompletionStage<Void> onCaughtUp(OutboxState state, Effects<OutboxState> effects) {
        sending.reconcile(state.duties(), effects);
        return Effects.none();
    }
    // endregion
}
