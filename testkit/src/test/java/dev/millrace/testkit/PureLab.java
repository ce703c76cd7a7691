package dev.millrace.testkit;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.core.processor.AllowImpure;
import dev.millrace.core.processor.Effects;
import dev.millrace.testkit.LabProcessor.OfHistory;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Pure reducers with code that looks impure. */
public final class PureLab {
    private PureLab() {}

    static final class Constants extends OfHistory {
        private static final Map<String, Integer> WEIGHTS = Map.of("noted", 2, "other", 1);
        private static final Pattern WORD = Pattern.compile("[a-z]+");
        private static final String[] NAMES = {"zero", "one", "two"};
        private static final Map<String, String> TITLES = new HashMap<>();

        static {
            TITLES.put("noted", "Note");
        }

        @Override
        public History reduce(History state, Event event) {
            int weight = WEIGHTS.getOrDefault(event.type(), 0);
            return WORD.matcher(event.type()).matches() ? state.plus(NAMES[weight] + TITLES.get(event.type())) : state;
        }
    }

    static final class Texts extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return state.plus(event.type().toUpperCase(Locale.ROOT))
                    .plus(String.format(Locale.ROOT, "%,.2f", 1234.5))
                    .plus(String.format("%s: %5s%%", event.type(), event.offset()))
                    .plus("%s and %s".formatted("a", "b"))
                    .plus(new String(event.type().getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8))
                    .plus("offset " + event.offset() + " at " + event.path() + event.payload());
        }
    }

    static final class Times extends OfHistory {
        private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("EEEE", Locale.ENGLISH);

        @Override
        public History reduce(History state, Event event) {
            Instant later = event.createdAt().plusSeconds(60);
            return state.plus(DAY.format(later.atZone(ZoneOffset.UTC)));
        }
    }

    static final class Locals extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            AtomicLong sum = new AtomicLong();
            Map<String, Integer> counts = new TreeMap<>(Comparator.reverseOrder());
            state.history().forEach(entry -> {
                sum.addAndGet(entry.length());
                counts.merge(entry, 1, Integer::sum);
            });
            int[] lengths = state.history().stream().mapToInt(String::length).toArray();
            lengths = lengths.length > 3 ? new int[] {lengths.length} : lengths;
            return state.history().size() > 5 ? state : state.plus(sum + " " + counts.keySet() + lengths.length);
        }
    }

    static final class Streams extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            Map<Integer, List<String>> byLength = state.history().stream()
                    .filter(entry -> !entry.isBlank())
                    .collect(Collectors.groupingBy(String::length, TreeMap::new, Collectors.toList()));
            return state.history().size() > 5 ? state : state.plus(byLength.size() + event.type());
        }
    }

    static final class Derived extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            UUID id = UUID.nameUUIDFromBytes(event.type().getBytes(StandardCharsets.UTF_8));
            return state.plus(id).plus(new Random(event.offset()).nextInt(100));
        }
    }

    enum Phase {
        IDLE,
        BUSY,
        DONE
    }

    record Phases(Map<Phase, Integer> counts, Phase phase) {}

    static final class Enums extends LabProcessor<Phases> {
        @Override
        public Phases initialState() {
            return new Phases(Map.of(), Phase.IDLE);
        }

        @Override
        public Phases reduce(Phases state, Event event) {
            Map<Phase, Integer> counts = new EnumMap<>(Phase.class);
            counts.putAll(state.counts());
            counts.merge(state.phase(), 1, Integer::sum);
            Phase next = switch (state.phase()) {
                case IDLE -> Phase.BUSY;
                case BUSY -> Phase.DONE;
                case DONE -> Phase.IDLE;
            };
            return new Phases(counts, next);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
    @JsonSubTypes({@JsonSubTypes.Type(Open.class), @JsonSubTypes.Type(Closed.class)})
    sealed interface Door {
        Door next(Event event);
    }

    record Open(long since) implements Door {
        @Override
        public Door next(Event event) {
            return new Closed(event.offset());
        }
    }

    record Closed(long since) implements Door {
        @Override
        public Door next(Event event) {
            return new Open(event.offset());
        }
    }

    static final class Variants extends LabProcessor<Door> {
        @Override
        public Door initialState() {
            return new Closed(0);
        }

        @Override
        public Door reduce(Door state, Event event) {
            return state.next(event);
        }
    }

    static final class Building extends OfHistory {
        private static final class Builder {
            private final List<String> entries = new ArrayList<>();
            private int added;

            Builder add(String entry) {
                entries.add(entry);
                added++;
                return this;
            }

            History build() {
                return new History(entries.subList(Math.max(0, added - 5), added));
            }
        }

        @Override
        public History reduce(History state, Event event) {
            Builder builder = new Builder();
            state.history().forEach(builder::add);
            return builder.add(event.type()).build();
        }
    }

    record Settings(List<String> wanted, Map<String, String> names, Function<String, String> lookup) {}

    /** Uses its constructor arguments, and an object without a class file. */
    static final class Configured extends OfHistory {
        private final Settings settings;
        private int limit = 5;

        Configured(Settings settings) {
            this.settings = settings;
        }

        @Override
        public History reduce(History state, Event event) {
            return settings.wanted().contains(event.type()) && state.history().size() < limit
                    ? state.plus(settings.names().getOrDefault(event.type(), "none"))
                    : state;
        }
    }

    static final class CallingWhatItWasGiven extends OfHistory {
        private final Settings settings;

        CallingWhatItWasGiven(Settings settings) {
            this.settings = settings;
        }

        @Override
        public History reduce(History state, Event event) {
            return state.plus(settings.lookup().apply(event.type()));
        }
    }

    /** Its fields are for its effects. */
    static final class ImpureInItsEffects extends OfHistory {
        private static final System.Logger LOGGER = System.getLogger("lab");

        private final AtomicLong calls = new AtomicLong();
        private final Map<Long, String> open = new ConcurrentHashMap<>();
        private final Clock clock = Clock.systemUTC();
        private final Thread.State state = Thread.State.NEW;

        @Override
        public History reduce(History history, Event event) {
            return history.plus(state);
        }

        @Override
        public CompletionStage<Void> afterAppend(History history, Event event, Effects<History> effects) {
            calls.incrementAndGet();
            open.put(event.offset(), clock.instant().toString());
            LOGGER.log(System.Logger.Level.DEBUG, "noted");
            return Effects.none();
        }
    }

    static final class Trees extends LabProcessor<JsonNode> {
        @Override
        public JsonNode initialState() {
            return JsonNodeFactory.instance.objectNode();
        }

        @Override
        public JsonNode reduce(JsonNode state, Event event) {
            return JsonNodeFactory.instance
                    .objectNode()
                    .put("n", state.path("n").asLong() + 1)
                    .set("last", event.payloadJson());
        }
    }

    static final class Excepted extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return state.plus(measured(event));
        }

        @AllowImpure("the clock is read and thrown away")
        private static long measured(Event event) {
            return System.nanoTime() < 0 ? event.offset() : event.offset() + 0;
        }
    }

    static final class Failing extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            try {
                return state.plus(Integer.parseInt(event.type()));
            } catch (NumberFormatException e) {
                return state.plus(String.valueOf(e.getMessage()));
            } finally {
                assert event.offset() > 0;
            }
        }
    }

    static final class Words extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            StringBuilder words = new StringBuilder();
            for (String word : List.of("a", "b")) {
                words.append(word).append(event.offset()).append('\n');
            }
            return switch (event.type()) {
                case "noted" -> state.plus(words);
                case "other" -> state.plus(Objectively.text(event));
                default -> state;
            };
        }
    }

    /** A helper whose toString is not called. */
    static final class Objectively {
        private Objectively() {}

        static String text(Event event) {
            return event.payload() instanceof Note note ? note.toString() : String.valueOf(event.payload());
        }
    }

    static final class Sorted extends OfHistory {
        private static final Comparator<String> BY_LENGTH =
                Comparator.comparingInt(String::length).thenComparing(Comparator.naturalOrder());

        @Override
        public History reduce(History state, Event event) {
            List<String> sorted = new ArrayList<>(state.plus(event.type()).history());
            sorted.sort(BY_LENGTH);
            return new History(sorted);
        }
    }

    static final class Recursive extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return state.plus(factorial(event.offset() % 10));
        }

        private static long factorial(long n) {
            return n <= 1 ? 1 : n * factorial(n - 1);
        }
    }

    record Totals(long count, double mean, List<Long> offsets) {
        static final Totals NONE = new Totals(0, 0, List.of());

        Totals {
            offsets = List.copyOf(offsets);
        }

        Totals plus(long offset) {
            List<Long> more = new ArrayList<>(offsets);
            more.add(offset);
            return new Totals(count + 1, (mean * count + offset) / (count + 1), more);
        }
    }

    public static final class Sums extends LabProcessor<Totals> {
        @Override
        public Totals initialState() {
            return Totals.NONE;
        }

        @Override
        public Totals reduce(Totals state, Event event) {
            return state.plus(event.offset());
        }
    }

    static final class Ignoring extends OfHistory {
        @Override
        public History reduce(History state, Event event) {
            return state;
        }
    }

    static List<LabProcessor<?>> all() {
        Settings settings = new Settings(List.of("noted"), Map.of("noted", "Note"), text -> text + "!");
        return List.of(
                new Constants(),
                new Texts(),
                new Times(),
                new Locals(),
                new Streams(),
                new Derived(),
                new Enums(),
                new Variants(),
                new Building(),
                new Configured(settings),
                new CallingWhatItWasGiven(settings),
                new ImpureInItsEffects(),
                new Trees(),
                new Excepted(),
                new Failing(),
                new Words(),
                new Sorted(),
                new Recursive(),
                new Sums(),
                new Ignoring());
    }
}
