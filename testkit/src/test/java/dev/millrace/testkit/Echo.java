package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.ChatEvent.UserSaid;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/** A processor that notes and counts every message of the user. Its fields make it do so wrongly. */
public final class Echo implements Processor<Integer> {
    private final String slug;
    private final AtomicInteger notes = new AtomicInteger();
    CompletableFuture<Void> held = CompletableFuture.completedFuture(null);
    boolean keyed = true;
    int start;

    public Echo(String slug) {
        this.slug = slug;
    }

    @Override
    public String slug() {
        return slug;
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(ChatEvent.class);
    }

    @Override
    public Integer initialState() {
        return start;
    }

    @Override
    public Integer reduce(Integer state, Event event) {
        return event.payload() instanceof UserSaid ? state + 1 : state;
    }

    @Override
    public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
        if (!(event.payload() instanceof UserSaid said)) {
            return Effects.none();
        }
        EventDraft draft = EventDraft.of(new Note(said.text()));
        EventDraft sent = keyed
                ? draft
                : EventDraft.of(EventInput.builder()
                        .from(EventInput.of(new Note(said.text())))
                        .idempotencyKey("note " + notes.incrementAndGet())
                        .build());
        return held.thenCompose(nothing -> Effects.done(effects.append(sent)));
    }
}
