package dev.millrace.examples.pingpong;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import java.util.concurrent.CompletionStage;

/**
 * Returns every ball to the other player, without end.
 *
 * @param opponent the stream of the other player, relative to this one
 */
public record Player(String opponent) implements Processor<Integer> {
    /** A ball arrives in this stream. */
    @EventName("ball-hit")
    public record BallHit(int count) {}

    @Override
    public String slug() {
        return "player";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(BallHit.class);
    }

    @Override
    public Integer initialState() {
        return 0;
    }

    @Override
    public Integer reduce(Integer hits, Event event) {
        return event.payload() instanceof BallHit ? hits + 1 : hits;
    }

    @Override
    public CompletionStage<Void> afterAppend(Integer hits, Event event, Effects<Integer> effects) {
        if (event.payload() instanceof BallHit ball) {
            return Effects.done(
                    effects.append(EventDraft.of(new BallHit(ball.count() + 1)).to(opponent)));
        }
        return Effects.none();
    }
}
