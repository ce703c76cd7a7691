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
import dev.millrace.testkit.log.MalformedLogException;
import dev.millrace.testkit.log.RecordedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The states of a processor after each event of a log.
 *
 * <pre>{@code
 * StateTimeline<ChatState> timeline = StateTimeline.of(processor, RecordedLog.readResource("logs/two-turns.yaml"));
 * timeline.stateAt(3);                  // after the event at offset 3
 * timeline.diff(3, 5);                  // $.history[2]: nothing -> "user: ping"
 * * timeline.firstChange("history[2]");   // the event that changed it
 * }</pre>
 *
 * <p>The reducer is called once for each event; no effect runs. All states are kept in memory; their JSON is computed
 * on demand. A place in a state is a path such as {@code history[3]} or {@code $.users["a b"].name}, or a JSON pointer
 * ({@code /history/3}); {@code $} is the whole state. Immutable; thread-safe if the states are.
 *
 * @param <S> the processor's state
 * @since 0.1
 */
public final class StateTimeline<S> {
    private final Processor<S> processor;
    private final RecordedLog log;
    private final StateJsonCodec<S> json;
    private final List<Event> events;

    /** The initial state, and the state after each event. */
    private final List<S> states = new ArrayList<>();

    private StateTimeline(Processor<S> processor, RecordedLog log) {
        this.processor = processor;
        this.log = log;
        this.json = new StateJsonCodec<>(processor);
        this.events = log.decodedBy(processor.events());
    }

    /**
     * Reduces the log.
     *
     * @throws IllegalArgumentException if the log has events of more than one stream
     * @throws MalformedLogException if a payload does not fit its class, see {@link RecordedLog#allowingMalformed()}
     * @throws AssertionError if the reducer throws, returns null or changes its state argument, or if a state cannot be
     *     written as JSON; {@link ProcessorAssert#isPureOver(RecordedLog)} checks more
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
     * The state after the event at this offset, or after the last event before it.
     *
     * @param offset from 0 (the initial state) to {@link #lastOffset()}
     * @throws IllegalArgumentException if the offset is negative or above {@link #lastOffset()}
     */
    public S stateAt(long offset) {
        return states.get(indexAt(offset));
    }

    /** As {@link #stateAt(long)}, as JSON: a new tree, which the caller may change. */
    public JsonNode jsonAt(long offset) {
        return json(indexAt(offset));
    }

    /**
     * The value at this place of the state at this offset, as a new tree; a missing node if there is no value.
     *
     * @throws IllegalArgumentException if the place is malformed, or as {@link #stateAt(long)}
     */
    public JsonNode jsonAt(long offset, String place) {
        return jsonAt(offset).at(StatePathParser.of(place));
    }

    /** The offset of the last event; 0 if the log is empty. */
    public long lastOffset() {
        return events.isEmpty() ? 0 : events.get(events.size() - 1).offset();
    }

    /**
     * The differences between the states at two offsets, one line for each place, for example
     * {@code $.history[2]: nothing -> "user: ping"}; empty if they are equal. Lists are compared item by item, and long
     * values are shortened.
     *
     * @throws IllegalArgumentException as {@link #stateAt(long)}
     */
    public String diff(long from, long to) {
        return JsonDifference.all(jsonAt(from), jsonAt(to)).stream()
                .map(JsonDifference::asChange)
                .collect(Collectors.joining("\n"));
    }

    /**
     * The first event that changed the value at this place, if any.
     *
     * @throws IllegalArgumentException if the place is malformed
     */
    public Optional<Event> firstChange(String place) {
        return changesOf(place).stream().findFirst();
    }

    /**
     * The events that added, changed or removed the value at this place, in order, decoded by the processor's catalog.
     *
     * @throws IllegalArgumentException if the place is malformed
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

    RecordedLog log() {
        return log;
    }

    String slug() {
        return processor.slug();
    }

    /** The events of the log, in order, decoded by the processor's catalog. */
    public List<Event> events() {
        return events;
    }

    /** The JSON of the state after so many events, with the number types of parsed JSON. */
    JsonNode json(int eventCount) {
        String where = eventCount == 0
                ? "before the first event"
                : "after " + ImpurityMessages.describe(events.get(eventCount - 1));
        return JsonCodec.parse(JsonCodec.write(json.write(states.get(eventCount), where)));
    }

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
