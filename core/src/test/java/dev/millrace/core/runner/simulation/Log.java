package dev.millrace.core.runner.simulation;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.AppendResult;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A minimal stream of the service: idempotency keys, pause, and incarnations. */
final class Log {
    static final StreamPath PATH = StreamPath.of("/simulated");

    private final World world;
    private final StreamPath path;
    private final List<Runnable> watchers = new ArrayList<>();
    private final List<Runnable> mourners = new ArrayList<>();
    private final Map<String, Event> keys = new HashMap<>();
    private List<Event> events = new ArrayList<>();
    private int life = 1;
    private boolean paused;

    Log(World world, StreamPath path) {
        this.world = world;
        this.path = path;
        initialize();
    }

    private void initialize() {
        ObjectNode metadata = JsonNodeFactory.instance.objectNode();
        metadata.putObject("millrace").put("incarnation", incarnation());
        append(EventInput.builder()
                .type(BuiltInType.INITIALIZED.type())
                .metadata(metadata)
                .build());
    }

    List<Event> events() {
        return events;
    }

    String incarnation() {
        return "life-" + life;
    }

    boolean isPaused() {
        return paused;
    }

    /** True if an event is stored with this key. */
    boolean knows(String key) {
        return keys.containsKey(key);
    }

    void watch(Runnable appended, Runnable destroyed) {
        watchers.add(appended);
        mourners.add(destroyed);
    }

    /**
     * Stores an event.
     *
     * @throws StreamException if it is refused
     */
    AppendResult append(EventInput input) {
        Event known = input.idempotencyKey().map(keys::get).orElse(null);
        if (known != null) {
            return new AppendResult(known, true, !known.payloadJson().equals(input.payload()));
        }
        if (paused && !BuiltInType.RESUMED.matches(input.type())) {
            throw new StreamException(StreamException.Code.PAUSED, path, "the stream is paused");
        }
        Event event = Event.builder()
                .path(path)
                .offset(events.size() + 1L)
                .type(input.type())
                .payloadJson(input.payload())
                .createdAt(world.now())
                .idempotencyKey(input.idempotencyKey())
                .metadata(input.metadata())
                .build();
        events.add(event);
        input.idempotencyKey().ifPresent(key -> keys.put(key, event));
        paused = BuiltInType.PAUSED.matches(input.type()) || (paused && !BuiltInType.RESUMED.matches(input.type()));
        world.note("stored " + path + "@" + event.offset() + " " + event.type() + " " + told(event));
        List.copyOf(watchers).forEach(Runnable::run);
        return new AppendResult(event, false, false);
    }

    /** The text without random names of processes, which the seed does not determine. */
    private static String told(Event event) {
        return event.payloadJson().has("holder")
                ? event.payloadJson().path("epoch").asText()
                : event.payloadJson().toString();
    }

    @Override
    public String toString() {
        return path.value();
    }

    /** Starts another incarnation. */
    void destroy() {
        world.note("destroyed " + path);
        events = new ArrayList<>();
        keys.clear();
        paused = false;
        life++;
        List.copyOf(mourners).forEach(Runnable::run);
        initialize();
    }
}
