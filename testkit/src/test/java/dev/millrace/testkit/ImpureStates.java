package dev.millrace.testkit;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.processor.Effects;
import dev.millrace.testkit.LabProcessor.OfHistory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Reducers that depend on values outside state and event, with a part of the expected error. */
@SuppressWarnings({"NonFinalStaticField", "UnusedVariable", "TimeInStaticInitializer"}) // what is to be found
final class ImpureStates {
    private ImpureStates() {}

    static final class StaticCounter extends OfHistory {
        private static int count;

        @Override
        public History reduce(History state, Event event) {
            count++;
            return state;
        }
    }

    static final class StaticSetting extends OfHistory {
        static int limit = 10;

        @Override
        public History reduce(History state, Event event) {
            return state.plus(limit);
        }
    }

    static final class StaticCache extends OfHistory {
        private static final Map<String, Integer> CACHE = new ConcurrentHashMap<>();

        @Override
        public History reduce(History state, Event event) {
            return state.plus(CACHE.computeIfAbsent(event.type(), String::length));
        }
    }

    static final class StaticArray extends OfHistory {
        private static final int[] LAST = new int[1];

        @Override
        public History reduce(History state, Event event) {
            LAST[0] = (int) event.offset();
            return state;
        }
    }

    static final class StaticAtomic extends OfHistory {
        private static final AtomicLong COUNT = new AtomicLong();

        @Override
        public History reduce(History state, Event event) {
            return state.plus(COUNT.get());
        }
    }

    static final class StartTime extends OfHistory {
        private static final Instant START = Instant.now();

        @Override
        public History reduce(History state, Event event) {
            return event.createdAt().isAfter(START) ? state.plus("late") : state;
        }
    }

    static final class StartTimeInTheConstructor extends OfHistory {
        private final long start = System.nanoTime() / 1_000;

        @Override
        public History reduce(History state, Event event) {
            return start == 0 ? state.plus("never") : state;
        }
    }

    static final class Counting extends OfHistory {
        private int count;

        @Override
        public History reduce(History state, Event event) {
            return state.plus(++count);
        }
    }

    static final class Seeing extends OfHistory {
        private final Map<String, Integer> seen = new HashMap<>();

        @Override
        public History reduce(History state, Event event) {
            Map<String, Integer> mine = seen;
            mine.merge(event.type(), 1, Integer::sum);
            return state;
        }
    }

    record SeeingRecord(List<Event> events) {
        History remember(History state, Event event) {
            events().add(event);
            return state;
        }
    }

    static final class SeeingByAHelper extends OfHistory {
        private final SeeingRecord memory = new SeeingRecord(new ArrayList<>());

        @Override
        public History reduce(History state, Event event) {
            return memory.remember(state, event);
        }
    }

    /** Its effects change what its reducer reads. */
    static final class ChangedByEffects extends OfHistory {
        private boolean paused;

        @Override
        public History reduce(History state, Event event) {
            return paused ? state.plus("paused") : state;
        }

        @Override
        public CompletionStage<Void> afterAppend(History state, Event event, Effects<History> effects) {
            paused = true;
            return Effects.none();
        }
    }

    static final class SharedRandom extends OfHistory {
        private final Random random = new Random(1);

        @Override
        public History reduce(History state, Event event) {
            return state.plus(random.nextInt());
        }
    }

    static final class OrderOfASet extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return state.plus(Set.of("a", "b", "c"));
        }
    }

    static final class OrderOfAMap extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return state.plus(Map.of("a", 1, "b", 2, "c", 3, "d", 4).keySet());
        }
    }

    static final class OrderOfHashedEnums extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            Map<Thread.State, Integer> counts = new HashMap<>();
            Arrays.stream(Thread.State.values()).forEach(each -> counts.put(each, 1));
            Map<java.util.concurrent.TimeUnit, Integer> units = new HashMap<>();
            Arrays.stream(java.util.concurrent.TimeUnit.values()).forEach(each -> units.put(each, 1));
            return state.plus(counts.keySet()).plus(units.keySet());
        }
    }

    static final class ChangingItsState extends LabProcessor<List<String>> {
        @Override
        public List<String> initialState() {
            return new ArrayList<>();
        }

        @Override
        public List<String> reduce(List<String> state, Event event) {
            state.add(event.type());
            return state;
        }
    }

    static final class ChangingItsEvent extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            ((ObjectNode) event.payloadJson()).put("seen", true);
            return state;
        }
    }

    /** Keeps a count that its JSON lacks. */
    static final class Hidden {
        @JsonProperty
        final List<Integer> shown;

        private final transient int count;

        @JsonCreator
        Hidden(@JsonProperty("shown") List<Integer> shown) {
            this(shown, 0);
        }

        private Hidden(List<Integer> shown, int count) {
            this.shown = shown;
            this.count = count;
        }

        Hidden next() {
            return new Hidden(count >= 2 ? List.of(count) : shown, count + 1);
        }
    }

    static final class HidingInItsState extends LabProcessor<Hidden> {
        @Override
        public Hidden initialState() {
            return new Hidden(List.of());
        }

        @Override
        public Hidden reduce(Hidden state, Event event) {
            return state.next();
        }
    }

    static Map<LabProcessor<?>, String> all() {
        Map<LabProcessor<?>, String> all = new LinkedHashMap<>();
        String depends = "depends on a changing value outside state and event: ImpureStates.";
        all.put(new StaticCounter(), depends + "StaticCounter.count, which the reducer changes");
        all.put(new StaticSetting(), depends + "StaticSetting.limit, static and not final");
        all.put(new StaticCache(), depends + "StaticCache.CACHE, which the reducer changes");
        all.put(new StaticArray(), depends + "StaticArray.LAST, which the reducer changes");
        all.put(new StaticAtomic(), depends + "StaticAtomic.COUNT, a AtomicLong");
        all.put(new StartTime(), "reads the clock: java.time.Instant.now(), kept in ImpureStates.StartTime.START");
        all.put(
                new StartTimeInTheConstructor(),
                "java.lang.System.nanoTime(), kept in ImpureStates.StartTimeInTheConstructor.start");
        all.put(new Counting(), "noted at /test@1 gave two different states; first difference at $.history[0]: \"1\"");
        all.put(new Seeing(), depends + "Seeing.seen, which the reducer changes");
        all.put(new SeeingByAHelper(), depends + "SeeingRecord.events, which the reducer changes");
        all.put(new ChangedByEffects(), depends + "ChangedByEffects.paused, changed after its construction");
        all.put(new SharedRandom(), depends + "SharedRandom.random, a Random");
        all.put(new OrderOfASet(), "noted at /test@1 gave another state in another JVM");
        all.put(new OrderOfAMap(), "noted at /test@1 gave another state in another JVM");
        all.put(new OrderOfHashedEnums(), "noted at /test@1 gave another state in another JVM");
        all.put(new ChangingItsState(), "noted at /test@1 changed the state it was given");
        all.put(new ChangingItsEvent(), "noted at /test@1 changed the event it was given");
        all.put(new HidingInItsState(), "noted at /test@3 gave another state after its input state");
        return all;
    }
}
