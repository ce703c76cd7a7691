package dev.millrace.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Processor;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/** What several effects do: events of theirs, and what they wait for. */
final class ControlEffectSteps {
    static final String BURST =
            "{'type':'https://events.iterate.com/events/stream/circuit-breaker-configured','payload':{'burstCapacity':3,'refillRatePerMinute':1}}";

    private ControlEffectSteps() {}

    static boolean isAnyStored(TokenArena arena, StreamPath path, List<String> events) {
        List<String> types = events.stream()
                .map(event -> JsonCodec.parse(event).path("type").asText())
                .toList();
        return arena.read(path).stream().anyMatch(event -> types.contains(event.type()));
    }

    static void sayMore(TokenArena arena, StreamPath path) {
        for (int i = 0; i < 6; i++) {
            arena.append(path, "{'type':'said'}");
        }
    }

    static void requireRefusal(CompletionException failure) {
        if (!(failure.getCause() instanceof StreamException)) {
            throw failure;
        }
    }

    static String provenance(String processor, int depth, int hops) {
        return "{\"processor\":\"" + processor + "\",\"version\":1,\"source\":{\"path\":\"/x\",\"offset\":1},\"depth\":"
                + depth + ",\"hops\":" + hops + "}";
    }

    static String keyed(String key) {
        return "{\"type\":\"taken\",\"idempotencyKey\":\"" + key + "\",\"metadata\":{\"millrace\":"
                + provenance("forger", 1, 0) + "}}";
    }

    static String failureOf(String processor) {
        return "{\"type\":\"" + BuiltInType.EFFECT_FAILED.type() + "\",\"payload\":{\"processor\":\"" + processor
                + "\",\"version\":1,\"source\":{\"path\":\"/x\",\"offset\":1},\"message\":\"m\",\"attempts\":1},"
                + "\"metadata\":{\"millrace\":" + provenance(processor, 1, 0) + "}}";
    }

    /** Eight events with the keys of later offsets: of some of themselves, and of what comes after them. */
    static List<String> taking(TokenArena arena, StreamPath path, LongFunction<String> key) {
        long next = arena.read(path).size() + 1L;
        return LongStream.range(next + 3, next + 11)
                .mapToObj(key)
                .map(ControlEffectSteps::keyed)
                .toList();
    }

    static String incarnation(TokenArena arena, StreamPath path) {
        return arena.read(path)
                .get(0)
                .metadata()
                .orElseThrow()
                .path("millrace")
                .path("incarnation")
                .asText();
    }

    static void configureRule(TokenArena arena, StreamPath path) {
        arena.append(
                path,
                "{'type':'https://events.iterate.com/events/stream/jsonata-transformer-configured','payload':{'slug':'r',"
                        + "'matcher':'type=\\'ask\\'','transform':'{\\'type\\':\\'derived\\'}'}}"
                                .replace("\\'", "\\\""));
    }

    static void configureWorker(TokenArena arena, StreamPath path) {
        arena.append(
                path,
                ("{'type':'https://events.iterate.com/events/stream/dynamic-worker/configured','payload':"
                        + "{'slug':'w','script':'export default { async afterAppend({ append, event }) { if (event.type"
                        + " === `ping` || event.payload.attempts) await append({ type: `pong` }); } };'}}"));
    }

    static boolean isBecauseOf(Event event, long offset) {
        return event.provenance().filter(from -> from.sourceOffset() == offset).isPresent();
    }

    /** Waits for what the rule makes of an event; false if that failed. */
    static boolean isDerived(TokenArena arena, StreamPath path, long offset) {
        return arena.comes(
                path,
                event -> event.type().equals("derived") && isBecauseOf(event, offset),
                event -> isBecauseOf(event, offset) && !event.type().equals("pong"));
    }

    /** Waits for an event of a processor; true if a failure comes in its place. */
    static boolean failedRather(TokenArena arena, StreamPath path, Predicate<Event> processors) {
        return !arena.comes(
                path,
                event -> processors.test(event) && event.provenance().isPresent(),
                event -> event.type().equals(BuiltInType.EFFECT_FAILED.type())
                        || event.payloadJson().path("outcome").asText().equals("failed"));
    }

    static long newest(TokenArena arena, StreamPath path, String type) {
        return arena.read(path).stream()
                .filter(event -> event.type().equals(type))
                .mapToLong(Event::offset)
                .max()
                .orElse(-1);
    }

    /** Whether the breaker's state, computed from the log, says that it has to pause or has paused. */
    static boolean isTripped(TokenArena arena, StreamPath path) {
        JsonNode breaker = arena.streams.state(path).join().processors().get("circuit-breaker");
        return breaker != null
                && (breaker.path("paused").asBoolean()
                        || breaker.path("millrace").hasNonNull("tripped"));
    }

    static final class Teller implements Processor<Integer> {
        @Override
        public String slug() {
            return "teller";
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer state, Event event) {
            return state + 1;
        }
    }
}
