package dev.millrace.engine.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** A processor that records its calls. {@link #onSaid} and {@link #whenCaughtUp} set its effects. */
final class Recorder implements Processor<List<String>> {
    sealed interface Talk {
        @EventName("said")
        record Said(String text) implements Talk {}

        @EventName("echoed")
        record Echoed(String text) implements Talk {}
    }

    interface Reaction {
        CompletionStage<Void> to(List<String> state, Event event, Effects<List<String>> effects);
    }

    interface CaughtUp {
        CompletionStage<Void> with(List<String> state, Effects<List<String>> effects);
    }

    final List<String> calls = new CopyOnWriteArrayList<>();
    final List<Long> reduced = new CopyOnWriteArrayList<>();
    final List<Long> acted = new CopyOnWriteArrayList<>();
    private final String slug;
    private final int version;
    private final Reaction reaction;
    private final CaughtUp caughtUp;

    private Recorder(String slug, int version, Reaction reaction, CaughtUp caughtUp) {
        this.slug = slug;
        this.version = version;
        this.reaction = reaction;
        this.caughtUp = caughtUp;
    }

    static Recorder silent() {
        return new Recorder(
                "recorder", 1, (state, event, effects) -> Effects.none(), (state, effects) -> Effects.none());
    }

    Recorder named(String newSlug) {
        return new Recorder(newSlug, version, reaction, caughtUp);
    }

    Recorder version(int newVersion) {
        return new Recorder(slug, newVersion, reaction, caughtUp);
    }

    /** Sets the effect of each {@code said} event. */
    Recorder onSaid(Reaction newReaction) {
        return new Recorder(slug, version, newReaction, caughtUp);
    }

    /** Sets the effect of each catch-up. */
    Recorder whenCaughtUp(CaughtUp newCaughtUp) {
        return new Recorder(slug, version, reaction, newCaughtUp);
    }

    @Override
    public String slug() {
        return slug;
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(Talk.class);
    }

    @Override
    public List<String> initialState() {
        return List.of();
    }

    @Override
    public List<String> reduce(List<String> state, Event event) {
        reduced.add(event.offset());
        if (event.payload() instanceof Talk.Said said) {
            if (said.text().equals("poison")) {
                throw new IllegalStateException("cannot fold poison");
            }
            List<String> next = new ArrayList<>(state);
            next.add(said.text());
            return List.copyOf(next);
        }
        return state;
    }

    @Override
    public CompletionStage<Void> afterAppend(List<String> state, Event event, Effects<List<String>> effects) {
        if (!(event.payload() instanceof Talk.Said said)) {
            return Effects.none();
        }
        calls.add("said " + said.text() + " " + state.size());
        acted.add(event.offset());
        return reaction.to(state, event, effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(List<String> state, Effects<List<String>> effects) {
        calls.add("caught up " + state.size());
        return caughtUp.with(state, effects);
    }
}
