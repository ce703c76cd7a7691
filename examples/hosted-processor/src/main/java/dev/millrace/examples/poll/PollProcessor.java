package dev.millrace.examples.poll;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Closes a poll when it has enough votes. Stateless and safe for use by many threads. */
final class PollProcessor implements Processor<PollState> {
    static final String SLUG = "poll";

    private static final EventCatalog EVENTS = EventCatalog.of(PollEvent.class);

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public EventCatalog events() {
        return EVENTS;
    }

    @Override
    public PollState initialState() {
        return PollState.none();
    }

    @Override
    public PollState reduce(PollState state, Event event) {
        if (event.payload() instanceof PollEvent.Opened opened) {
            Map<String, Integer> votes = new LinkedHashMap<>();
            opened.options().forEach(option -> votes.put(option, 0));
            return new PollState(Optional.of(new PollState.Poll(event.offset(), opened.votes(), votes)));
        }
        if (event.payload() instanceof PollEvent.VoteCast vote) {
            return new PollState(state.open().map(poll -> poll.isComplete() ? poll : poll.plus(vote.option())));
        }
        return event.payload() instanceof PollEvent.Closed ? PollState.none() : state;
    }

    @Override
    public CompletionStage<Void> afterAppend(PollState state, Event event, Effects<PollState> effects) {
        return close(state, effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(PollState state, Effects<PollState> effects) {
        return close(state, effects);
    }

    /** Appends one result for each poll: the key of the append is computed from the event that opened the poll. */
    private static CompletionStage<Void> close(PollState state, Effects<PollState> effects) {
        return state.open()
                .filter(PollState.Poll::isComplete)
                .map(poll ->
                        Effects.done(effects.append(EventDraft.of(new PollEvent.Closed(poll.winner(), poll.votes()))
                                .because(poll.openedAt()))))
                .orElseGet(Effects::none);
    }
}
