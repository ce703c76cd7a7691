package dev.millrace.engine.runner;

import static dev.millrace.core.processor.Effects.because;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.runner.Recorder.Talk;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A processor that answers with one echo. It decides from the state, not from the single event: it answers the newest
 * message if the runner knows of no later event.
 */
class Answerer implements Processor<Answerer.Debt> {
    record Debt(int said, long newest, long answered) {}

    final List<Long> reduced = new CopyOnWriteArrayList<>();
    final List<Long> acted = new CopyOnWriteArrayList<>();
    final AtomicInteger decisions = new AtomicInteger();

    @Override
    public String slug() {
        return "answerer";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(Talk.class);
    }

    @Override
    public Debt initialState() {
        return new Debt(0, 0, 0);
    }

    @Override
    public Debt reduce(Debt debt, Event event) {
        reduced.add(event.offset());
        if (event.payload() instanceof Talk.Said) {
            return new Debt(debt.said() + 1, event.offset(), debt.answered());
        }
        return event.payload() instanceof Talk.Echoed ? new Debt(debt.said(), debt.newest(), debt.newest()) : debt;
    }

    @Override
    public CompletionStage<Void> afterAppend(Debt debt, Event event, Effects<Debt> effects) {
        if (event.payload() instanceof Talk.Said) {
            acted.add(event.offset());
            decide(debt, effects);
        }
        return Effects.none();
    }

    @Override
    public CompletionStage<Void> onCaughtUp(Debt debt, Effects<Debt> effects) {
        decide(debt, effects);
        return Effects.none();
    }

    private void decide(Debt debt, Effects<Debt> effects) {
        if (debt.newest() > debt.answered() && effects.delivery().behind() == 0) {
            effects.launch("reply", because(debt.newest()), reply -> reply(reply, debt));
        }
    }

    CompletionStage<?> reply(BackgroundTask<Debt> reply, Debt debt) {
        decisions.incrementAndGet();
        return reply.append(new Talk.Echoed("answer to " + debt.said()));
    }
}
