package dev.millrace.engine.internal.append;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.StreamException;
import dev.millrace.engine.AppendedRecord;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * The rules for appends: which inputs are stored, which are stored already, and which are refused. A pure function;
 * nothing is written before the whole request is decided.
 *
 * <p>The checks of one input, in this order: idempotency key, second {@code initialized}, expected offset, pause. So an
 * input with a known key is answered even if the stream is paused or the expected offset is wrong.
 */
public final class AppendRules {
    private AppendRules() {}

    /**
     * Decides about all inputs of one request, in order; {@code stored} looks up a key of the stream in the store.
     * Throws {@link StreamException} if one input is refused; then none is stored.
     */
    public static Decision decide(
            StreamKey stream,
            StreamHead head,
            List<PreparedEvent> inputs,
            Function<String, Optional<EventRecord>> stored,
            Instant now) {
        List<PendingRecord> entries = new ArrayList<>(inputs.size());
        List<Answer> answers = new ArrayList<>(inputs.size());
        Map<EventKey, Integer> keys = new HashMap<>();
        StreamHead current = head;
        for (int i = 0; i < inputs.size(); i++) {
            PreparedEvent preparedEvent = inputs.get(i);
            Optional<Integer> sibling = preparedEvent.key().map(keys::get);
            Optional<EventRecord> earlier = preparedEvent.key().flatMap(key -> key.find(stored));
            if (earlier.isPresent() || sibling.isPresent()) {
                answers.add(new Answer(preparedEvent, true, earlier, sibling.orElse(-1)));
                continue;
            }
            check(preparedEvent, current, new AppendErrors(stream.path(), i, inputs.size()));
            PendingRecord pendingRecord = preparedEvent.after(current, now);
            current = pendingRecord.head();
            int index = entries.size();
            preparedEvent.key().ifPresent(key -> keys.put(key, index));
            entries.add(pendingRecord);
            answers.add(new Answer(preparedEvent, false, Optional.empty(), index));
        }
        return new Decision(entries, answers);
    }

    private static void check(PreparedEvent preparedEvent, StreamHead head, AppendErrors appendErrors) {
        if (preparedEvent.is(BuiltInType.INITIALIZED)) {
            throw appendErrors.initializedTwice();
        }
        long next = head.lastOffset() + 1;
        preparedEvent.expectedOffset().ifPresent(expected -> {
            if (expected != next) {
                throw appendErrors.wrongOffset(expected, next);
            }
        });
        if (head.paused() && !preparedEvent.is(BuiltInType.RESUMED)) {
            throw appendErrors.paused();
        }
    }

    /** The events to append, in order, and one answer for each input. */
    public record Decision(List<PendingRecord> entries, List<Answer> answers) {}

    /** The answer to one input: an event that was stored before, or the index of one of the entries. */
    public record Answer(PreparedEvent input, boolean replayed, Optional<EventRecord> stored, int entry) {
        public AppendedRecord with(List<EventRecord> records, UnaryOperator<EventRecord> asStored) {
            EventRecord event = asStored.apply(stored.orElseGet(() -> records.get(entry)));
            return new AppendedRecord(event, replayed, replayed && IdempotencyKeyConflict.between(input, event));
        }
    }
}
