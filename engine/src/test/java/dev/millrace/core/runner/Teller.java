package dev.millrace.core.runner;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventName;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;

/** A processor that answers every question once. */
final class Teller implements Processor<Teller.Tally> {
    sealed interface Talk {
        @EventName("asked")
        record Asked(String text) implements Talk {}

        @EventName("told")
        record Told(String text) implements Talk {}
    }

    /** Every question and every answer, in order. */
    record Tally(List<String> asked, List<String> told) {}

    @Override
    public String slug() {
        return "teller";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(Talk.class);
    }

    @Override
    public Tally initialState() {
        return new Tally(List.of(), List.of());
    }

    @Override
    public Tally reduce(Tally tally, Event event) {
        if (event.payload() instanceof Talk.Asked asked) {
            return new Tally(plus(tally.asked(), asked.text()), tally.told());
        }
        return event.payload() instanceof Talk.Told told
                ? new Tally(tally.asked(), plus(tally.told(), told.text()))
                : tally;
    }

    private static List<String> plus(List<String> texts, String text) {
        return Stream.concat(texts.stream(), Stream.of(text)).toList();
    }

    @Override
    public CompletionStage<Void> afterAppend(Tally tally, Event event, Effects<Tally> effects) {
        return event.payload() instanceof Talk.Asked asked
                ? Effects.done(effects.append(new Talk.Told(asked.text())))
                : Effects.none();
    }
}
