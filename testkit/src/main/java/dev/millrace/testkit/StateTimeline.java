package dev.millrace.testkit;

import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.internal.purity.ImpurityMessages;
import dev.millrace.testkit.internal.state.JsonDifference;
import dev.millrace.testkit.internal.state.StateJsonCodec;
import dev.millrace.testkit.internal.state.StatePathParser;
import dev.millrace.testkit.log.RecordedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The states of a processor over a log: what it knew after which event, and which event changed what.
 *
 * <pre>{@code
 * StateTimeline<ChatState> timeline = StateTimeline.of(processor, RecordedLog.readResource("logs/two-turns.yaml"));
 * timeline.stateAt(3);                  // after the event at offset 3
 * timeline.diff(3, 5);                  // $.history[2]: nothing -> "user: ping"
 * timeline.firstChange("history[2]");   // the event that did it
 * }</pre>
 *
 * <p>The log is folded once, by the reducer alone: nothing is appended and no effect runs. States are kept, and their JSON
 * is made when it is asked for. Places in a state are written as the messages of the testkit name them ({@code history[3]},
 * {@code $.users["a b"].name}), or as JSON pointers ({@code /history/3}); {@code $} is the whole state. Not changed by
 * anything; safe for use by many threads if the states are.
 *
 * @param <S> the processor's state
 */
public final class StateTimeline<S> {
    private final Processor<S> processor;
    private final RecordedLog log;
    private final StateJsonCodec<S> json;
    private final List<Event> events;

    /** The initial state, and one for each event. */
    private final List<S> states = new ArrayList<>();

    private StateTimeline(Processor<S> processor, RecordedLog log) {
        this.processor = processor;
        this.log = log;
        this.json = new StateJsonCodec<>(processor);
        this.events = log.events().stream()
                .map(event -> event.decodedBy(processor.events()))
                .toList();
    }

    /**
     * Folds the log.
     *
     * @throws IllegalArgumentException when the log holds events of more than one stream, whose offsets say nothing
     *     about each other
     * @throws AssertionError naming the event, when the reducer throws, returns null or changes the state it was given,
     *     or when a state cannot be written as JSON; {@link ProcessorAssert#isPureOver(RecordedLog)} finds more
     */
    public static <S> StateTimeline<S> of(Processor<S> processor, RecordedLog log) {
        List<StreamPath> paths =
                log.events().stream().map(Event::path).distinct().toList();
        if (paths.size() > 1) {
            throw new IllegalArgumentException("states over time need the log of one stream: " + log.source()
                    + " holds " + paths + "; record each into a file of its own");
        }
        StateTimeline<S> timeline = new StateTimeline<>(processor, log);
        timeline.fold();
        return timeline;
    }

    private void fold() {
        ImpurityMessages impurity = new ImpurityMessages(processor.slug());
        S state = processor.initialState();
        states.add(state);
        for (Event event : events) {
            JsonNode before = json.write(state, "before " + ImpurityMessages.describe(event));
            S next;
            try {
                next = processor.reduce(state, event);
            } catch (RuntimeException e) {
                throw impurity.threw(event, e);
            }
            if (next == null) {
                throw impurity.returnedNull(event);
            }
            Optional<JsonDifference> change = JsonDifference.between(before, json.write(state, "after the call"));
            if (change.isPresent()) {
                throw impurity.found(impurity.stateChanged(event), change.get());
            }
            states.add(next);
            state = next;
        }
    }

    /**
     * The state after the event at this offset; between two events, after the former.
     *
     * @param offset 0, for the initial state, to {@link #lastOffset()}
     * @throws IllegalArgumentException when the log does not reach so far
     */
    public S stateAt(long offset) {
        return states.get(indexAt(offset));
    }

    /**
     * As {@link #stateAt(long)}, as JSON. The tree is the caller's own.
     *
     * @throws IllegalArgumentException when the log does not reach so far
     */
    public JsonNode jsonAt(long offset) {
        return json(indexAt(offset));
    }

    /**
     * What is at this place of the state at this offset; a missing node when nothing is. The tree is the caller's own.
     *
     * @throws IllegalArgumentException when that is not a place, or the log does not reach so far
     */
    public JsonNode jsonAt(long offset, String place) {
        return jsonAt(offset).at(StatePathParser.of(place));
    }

    /** The offset of the last event; 0 when the log is empty. */
    public long lastOffset() {
        return events.isEmpty() ? 0 : events.get(events.size() - 1).offset();
    }

    /**
     * How the state at one offset differs from that at another: a line for each place,
     * {@code $.history[2]: nothing -> "user: ping"}, long values cut off. Empty when it does not. Lists are compared item by
     * item.
     *
     * @throws IllegalArgumentException when the log does not reach so far
     */
    public String diff(long from, long to) {
        return JsonDifference.all(jsonAt(from), jsonAt(to)).stream()
                .map(JsonDifference::asChange)
                .collect(Collectors.joining("\n"));
    }

    /**
     * The first event that changed what is at this place; empty when none did.
     *
     * @throws IllegalArgumentException when that is not a place
     */
    public Optional<Event> firstChange(String place) {
        return changesOf(place).stream().findFirst();
    }

    /**
     * The events that changed what is at this place, in order: made it, replaced it, changed something in it, or removed
     * it. They are decoded by the processor's catalog.
     *
     * @throws IllegalArgumentException when that is not a place
     */
    public List<Event> changesOf(String place) {
        JsonPointer pointer = StatePathParser.of(place);
        List<Event> changes = new ArrayList<>();
        JsonNode before = json(0).at(pointer);
        for (int i = 0; i < events.size(); i++) {
            JsonNode after = json(i + 1).at(pointer);
            if (!isSame(before, after)) {
                changes.add(events.get(i));
            }
            before = after;
        }
        return List.copyOf(changes);
    }

    private static boolean isSame(JsonNode before, JsonNode after) {
        boolean wasThere = !(before instanceof MissingNode);
        boolean isThere = !(after instanceof MissingNode);
        return wasThere == isThere
                && (!isThere || JsonDifference.between(before, after).isEmpty());
    }

    /** The log, as it was recorded. */
    RecordedLog log() {
        return log;
    }

    /** The processor's slug. */
    String slug() {
        return processor.slug();
    }

    /** The events of the log, in order, decoded by the processor's catalog. */
    public List<Event> events() {
        return events;
    }

    /** The JSON of the state after so many events, as it would be read from a file. */
    JsonNode json(int eventCount) {
        String where = eventCount == 0
                ? "before the first event"
                : "after " + ImpurityMessages.describe(events.get(eventCount - 1));
        return JsonCodec.parse(JsonCodec.write(json.write(states.get(eventCount), where)));
    }

    /** The JSON of any state. */
    JsonNode json(S state) {
        return json.write(state, "as expected");
    }

    private int indexAt(long offset) {
        if (offset < 0 || offset > lastOffset()) {
            throw new IllegalArgumentException("no state at offset " + offset + ": " + log
                    + " goes from 0, before its first event, to " + lastOffset());
        }
        int index = 0;
        while (index < events.size() && events.get(index).offset() <= offset) {
            index++;
        }
        return index;
    }

    @Override
    public String toString() {
        return "states of '" + processor.slug() + "' over " + log;
    }
}
