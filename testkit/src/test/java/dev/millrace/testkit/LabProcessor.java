package dev.millrace.testkit;

import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Processor;

/**
 * A processor of notes whose reducer is checked.
 *
 * @param <S> the state
 */
public abstract class LabProcessor<S> implements Processor<S> {
    @Override
    public String slug() {
        return "lab";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(Note.class);
    }

    /** One whose state is a history. */
    abstract static class OfHistory extends LabProcessor<History> {
        @Override
        public History initialState() {
            return History.EMPTY;
        }
    }
}
