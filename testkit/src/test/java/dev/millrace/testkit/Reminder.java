package dev.millrace.testkit;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.ChatEvent.UserSaid;
import java.time.Duration;
import java.util.concurrent.CompletionStage;

/** A processor that notes a number after this many seconds. */
final class Reminder implements Processor<Integer> {
    @Override
    public String slug() {
        return "reminder";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(ChatEvent.class);
    }

    @Override
    public Integer initialState() {
        return 0;
    }

    @Override
    public Integer reduce(Integer state, Event event) {
        return state;
    }

    @Override
    public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
        if (event.payload() instanceof UserSaid said) {
            effects.after(
                    Duration.ofSeconds(Long.parseLong(said.text())),
                    "remind " + said.text(),
                    Effects.because(event.offset()),
                    reminding -> reminding.append(new Note(said.text())));
        }
        return Effects.none();
    }
}
