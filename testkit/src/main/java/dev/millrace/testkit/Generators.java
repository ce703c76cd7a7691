package dev.millrace.testkit;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamPath;
import dev.millrace.testkit.internal.event.TestEventFactory;
import dev.millrace.testkit.log.RecordedLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;

/**
 * Generators of random paths, payloads, events and logs. All results are valid, and the same seed gives the same
 * results on every machine. Use them in a loop over seeds:
 *
 * <pre>{@code
 * for (long seed = 0; seed < 1_000; seed++) {
 *     RecordedLog log = Generators.log(new Random(seed), 50, Generators.payloads(ChatEvent.class));
 *     assertThat(processor).as("seed %d", seed).isPureOver(log);
 * }
 * }</pre>
 *
 * <p>With QuickTheories, map seeds: {@code longs().all().map(seed -> Generators.log(new Random(seed), 50))}. Stateless;
 * results are immutable or new.
 *
 * @since 0.1
 */
public final class Generators {
    private static final String[] WORDS = {"a", "agents", "one", "x-1", "long_name", "v2", "deep", "0"};
    private static final String[] TEXTS = {
        "",
        " ",
        "ping",
        "two words",
        "quote \" and \\",
        "line\nbreak",
        "tab\t",
        "ünïcödé",
        "\uD83D\uDE00",
        "no",
        "017",
        "1_000",
        "null",
        "- a: b",
        "İstanbul",
        "\u0000",
        "{}",
        "#"
    };
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        2,
        10,
        255,
        256,
        1_000,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        1L << 53,
        (1L << 53) + 1,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };
    private static final int DEPTH = 3;
    private static final int WIDTH = 4;

    private Generators() {}

    /** Returns a path of one to four segments. */
    public static StreamPath path(Random random) {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(WIDTH); i >= 0; i--) {
            path.append('/').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return StreamPath.of(path.toString());
    }

    /** Returns a text: empty, plain, or difficult for YAML, JSON or locales. */
    public static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)] + (random.nextBoolean() ? "" : random.nextInt(100));
    }

    /** Returns a number: small, or at the limit of an int, a double or a long. */
    public static long number(Random random) {
        return random.nextBoolean() ? random.nextInt(100) : NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** Returns an object with all kinds of JSON values, at most three levels deep. */
    public static ObjectNode object(Random random) {
        return (ObjectNode) JsonCodec.parse(object(random, DEPTH).toString()); // with the number types of parsed JSON
    }

    private static ObjectNode object(Random random, int depth) {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (int i = random.nextInt(WIDTH); i > 0; i--) {
            object.set(WORDS[random.nextInt(WORDS.length)], json(random, depth - 1));
        }
        return object;
    }

    private static JsonNode json(Random random, int depth) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        return switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0 -> json.numberNode(number(random));
            case 1 -> json.numberNode(random.nextInt(1_000) / 8.0);
            case 2 -> json.booleanNode(random.nextBoolean());
            case 3 -> json.nullNode();
            case 4 -> json.textNode(text(random));
            case 5 -> {
                ArrayNode array = json.arrayNode();
                for (int i = random.nextInt(WIDTH); i > 0; i--) {
                    array.add(json(random, depth - 1));
                }
                yield array;
            }
            default -> object(random, depth);
        };
    }

    /** Returns an event to append, with one of a few types that no catalog contains. */
    public static EventInput input(Random random) {
        EventInput.Builder builder = EventInput.builder();
        builder.type("generated/" + WORDS[random.nextInt(WORDS.length)]).payload(object(random));
        if (random.nextInt(WIDTH) == 0) {
            builder.idempotencyKey("key-" + random.nextInt(10));
        }
        return builder.build();
    }

    /**
     * Returns a generator of payloads of these records or sealed types. Components can be texts, numbers, booleans,
     * enums, optionals, lists, maps, JSON, times, and records of these.
     *
     * @param families classes or interfaces with {@code @EventName}, as for a catalog
     * @throws IllegalArgumentException if a member is not a record; the generator throws it for a component of another
     *     type
     */
    public static Function<Random, Object> payloads(Class<?>... families) {
        return new RecordGenerator(families)::next;
    }

    /** Returns a log of at most this many events on one random path. Offsets have gaps; times never decrease. */
    public static RecordedLog log(Random random, int most) {
        return log(random, most, Generators::input);
    }

    /**
     * As {@link #log(Random, int)}, with these payloads; some events have a type that no catalog contains.
     *
     * @param payloads from {@link #payloads}, or your own function
     */
    public static RecordedLog log(Random random, int most, Function<Random, ?> payloads) {
        StreamPath path = path(random);
        TestEventFactory writing = new TestEventFactory(path);
        List<Event> events = new ArrayList<>();
        int size = random.nextInt(most + 1);
        for (int i = 0; i < size; i++) {
            Object payload = random.nextInt(8) == 0 ? input(random) : payloads.apply(random);
            Event event = writing.next(payload);
            if (random.nextInt(5) == 0) {
                Event.Builder later = Event.builder();
                later.from(event)
                        .offset(event.offset() + random.nextInt(3))
                        .createdAt(event.createdAt().plusMillis(random.nextInt(10_000)));
                event = later.build();
                writing.after(event);
            }
            events.add(event);
        }
        return RecordedLog.of(events);
    }
}
