package dev.millrace.engine.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.runner.Recorder.Talk;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiFunction;

/** A processor for subtrees that counts {@code said} events and records its calls with their streams. */
final class Scribe implements Processor<Integer> {
    /** Every call of {@code onCaughtUp}, and every {@code said} event that had effects, with the state. */
    final List<String> calls = new CopyOnWriteArrayList<>();

    private final BiFunction<Event, Effects<Integer>, CompletionStage<Void>> reaction;

    Scribe() {
        this((event, effects) -> Effects.none());
    }

    Scribe(BiFunction<Event, Effects<Integer>, CompletionStage<Void>> reaction) {
        this.reaction = reaction;
    }

    @Override
    public String slug() {
        return "scribe";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(Talk.class);
    }

    @Override
    public Integer initialState() {
        return 0;
    }

    @Override
    public Integer reduce(Integer state, Event event) {
        if (event.payload() instanceof Talk.Said said) {
            if (said.text().equals("poison")) {
                throw new IllegalStateException("cannot fold poison");
            }
            return state + 1;
        }
        return state;
    }

    @Override
    public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
        if (!(event.payload() instanceof Talk.Said said)) {
            return Effects.none();
        }
        calls.add(effects.path() + " said " + said.text() + " " + state);
        return reaction.apply(event, effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(Integer state, Effects<Integer> effects) {
        calls.add(effects.path() + " caught up " + state);
        return Effects.none();
    }

    /** The {@code said} events that had effects. */
    List<String> acted() {
        return calls.stream().filter(call -> call.contains(" said ")).toList();
    }
}
