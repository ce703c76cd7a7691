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
 * Random paths, payloads, events and logs, all of them valid, and the same for the same seed on every machine. A plain
 * loop over seeds needs nothing else:
 *
 * <pre>{@code
 * for (long seed = 0; seed < 1_000; seed++) {
 *     RecordedLog log = Generators.log(new Random(seed), 50, Generators.payloads(ChatEvent.class));
 *     assertThat(processor).as("seed %d", seed).isPureOver(log);
 * }
 * }</pre>
 *
 * <p>With QuickTheories the seed is the generator: {@code longs().all().map(seed -> Generators.log(new Random(seed), 50))}.
 * Stateless; what they return is immutable, or nobody else's.
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

    /** A path of one to four segments. */
    public static StreamPath path(Random random) {
        StringBuilder path = new StringBuilder();
        for (int i = random.nextInt(WIDTH); i >= 0; i--) {
            path.append('/').append(WORDS[random.nextInt(WORDS.length)]);
        }
        return StreamPath.of(path.toString());
    }

    /** A text: empty, plain, or one that has trapped somebody before. */
    public static String text(Random random) {
        return TEXTS[random.nextInt(TEXTS.length)] + (random.nextBoolean() ? "" : random.nextInt(100));
    }

    /** A number: small, or at the edge of what some reader can hold. */
    public static long number(Random random) {
        return random.nextBoolean() ? random.nextInt(100) : NUMBERS[random.nextInt(NUMBERS.length)];
    }

    /** An object, at most three levels deep, of all kinds of JSON. */
    public static ObjectNode object(Random random) {
        return (ObjectNode) JsonCodec.parse(object(random, DEPTH).toString()); // numbers as every reader has them
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
        switch (random.nextInt(depth > 0 ? 7 : 5)) {
            case 0:
                return json.numberNode(number(random));
            case 1:
                return json.numberNode(random.nextInt(1_000) / 8.0);
            case 2:
                return json.booleanNode(random.nextBoolean());
            case 3:
                return json.nullNode();
            case 4:
                return json.textNode(text(random));
            case 5:
                ArrayNode array = json.arrayNode();
                for (int i = random.nextInt(WIDTH); i > 0; i--) {
                    array.add(json(random, depth - 1));
                }
                return array;
            default:
                return object(random, depth);
        }
    }

    /** An event to append, of one of a few types that no catalog knows. */
    public static EventInput input(Random random) {
        EventInput.Builder builder = EventInput.builder();
        builder.type("generated/" + WORDS[random.nextInt(WORDS.length)]).payload(object(random));
        if (random.nextInt(WIDTH) == 0) {
            builder.idempotencyKey("key-" + random.nextInt(10));
        }
        return builder.build();
    }

    /**
     * Payloads of sealed families or records, by their components: texts, numbers, truth values, enums, optionals, lists,
     * maps, JSON, times, and records of these.
     *
     * @param families classes or interfaces with {@code @EventName}, as a catalog takes them
     * @throws IllegalArgumentException when a member is not a record, or has a component of another type
     */
    public static Function<Random, Object> payloads(Class<?>... families) {
        return new RecordGenerator(families)::next;
    }

    /** A log of up to so many events, on one random path; ascending offsets with gaps, times that never run backwards. */
    public static RecordedLog log(Random random, int most) {
        return log(random, most, Generators::input);
    }

    /**
     * A log of up to so many events with payloads of these, and now and then an event of a type that no catalog knows.
     *
     * @param payloads what {@link #payloads} gives, or any function of your own
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
