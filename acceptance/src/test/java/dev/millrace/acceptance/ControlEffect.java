package dev.millrace.acceptance;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventType;
import dev.millrace.core.Fence;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent.Paused;
import dev.millrace.core.StreamEvent.Resumed;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.function.LongFunction;
import java.util.function.Predicate;
import java.util.stream.LongStream;

/** Something that a caller can do to the processors of a stream, and how it may try that with appends. */
enum ControlEffect {
    PAUSE("pause or resume a stream", false) {
        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.CONTROL, EventType.of(Paused.class), EventType.of(Resumed.class));
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    CONFIGURE("configure a breaker, a schedule, a rule, a subscription or a renderer; attach a processor", false) {
        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.CONTROL);
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    DEPLOY("deploy a worker", false) {
        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.DEPLOY);
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    LEASE("claim a lease, or save progress", false) {
        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return ExampleEvents.of(arena, Operation.PROCESS);
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, path, events(arena, path));
        }
    },
    BREAKER_KEY("keep the circuit breaker from pausing, by the key of its next event") {
        @Override
        void prepare(TokenArena arena, StreamPath path) {
            arena.append(path, BURST);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            String key = "circuit-breaker/" + BuiltInType.PAUSED.type() + "@" + path + "~" + incarnation(arena, path);
            return taking(arena, path, offset -> key + ":" + offset);
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            try {
                sayMore(arena, path);
            } catch (CompletionException paused) {
                requireRefusal(paused);
            }
            return failedRather(arena, path, event -> event.type().equals(BuiltInType.PAUSED.type()));
        }
    },
    SCHEDULE_KEY("keep a schedule from running, by the key of its next event") {
        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return taking(arena, path, offset -> "scheduler:rewrite:" + path + ":" + offset);
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            arena.append(
                    path,
                    "{'type':'https://events.iterate.com/events/stream/append-scheduled','payload':{'slug':'s','append':{'type':'due'},"
                            + "'schedule':{'kind':'once-at','at':'2026-01-01T00:00:00Z'}}}");
            return failedRather(arena, path, event -> event.type().equals("due"));
        }
    },
    RULE_KEY("keep a rule from acting, by the key of its next event") {
        @Override
        void prepare(TokenArena arena, StreamPath path) {
            configureRule(arena, path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            String key = "jsonata-transformer/derived@" + path + "~" + incarnation(arena, path);
            return taking(arena, path, offset -> key + ":" + offset + "#from/r");
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return !isDerived(arena, path, arena.append(path, "{'type':'ask'}").offset());
        }
    },
    WORKER_KEY("keep a worker's answer out, by the key of its next event") {
        @Override
        void prepare(TokenArena arena, StreamPath path) {
            configureWorker(arena, path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            long ping = arena.append(path, "{'type':'ping'}").offset();
            Event pong = TokenArena.waiting()
                    .until(
                            () -> arena.read(path).stream()
                                    .filter(event -> event.type().equals("pong"))
                                    .toList(),
                            found -> !found.isEmpty())
                    .get(0);
            String key = pong.idempotencyKey().orElseThrow();
            return taking(arena, path, offset -> key.replace(":" + ping, ":" + offset));
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            long ping = arena.append(path, "{'type':'ping'}").offset();
            return failedRather(arena, path, event -> event.type().equals("pong") && isBecauseOf(event, ping));
        }
    },
    LEASE_KEY("keep every process from a lease, by the key of its next claim") {
        @Override
        StreamPath target(StreamPath path) {
            return Fence.leases("teller", path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return LongStream.rangeClosed(1, 4)
                    .mapToObj(epoch -> keyed(Fence.claimKey("teller", (int) epoch)))
                    .toList();
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            ProcessorRunner<?> runner = ProcessorRunner.builder(arena.streams, new Teller()).stream(path)
                    .exclusive(Duration.ofSeconds(5))
                    .start();
            try {
                return TokenArena.waiting()
                        .until(
                                runner::status,
                                status -> status.failure().isPresent()
                                        || status.phase().name().equals("LIVE"))
                        .failure()
                        .isPresent();
            } finally {
                runner.stop(Duration.ofSeconds(5));
            }
        }
    },
    LEASE_STREAM("append anything to the stream of a lease, for example to pause it") {
        @Override
        StreamPath target(StreamPath path) {
            return Fence.leases("teller", path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"said\"}");
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, target(path), events(arena, path));
        }
    },
    HIDDEN_BY_PROVENANCE("hide an event from rules, by forged provenance", false) {
        @Override
        void prepare(TokenArena arena, StreamPath path) {
            configureRule(arena, path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return List.of(
                    "{\"type\":\"ask\",\"metadata\":{\"millrace\":" + provenance("jsonata-transformer", 1, 0) + "}}");
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            long ask = newest(arena, path, "ask");
            long later = arena.append(path, "{'type':'ask'}").offset();
            isDerived(arena, path, later);
            return ask > 0 && arena.read(path).stream().noneMatch(event -> isBecauseOf(event, ask));
        }
    },
    HIDDEN_AS_FAILURE("hide an event from rules and workers, as a failure of theirs", false) {
        @Override
        void prepare(TokenArena arena, StreamPath path) {
            arena.append(
                    path,
                    "{'type':'https://events.iterate.com/events/stream/jsonata-transformer-configured','payload':{'slug':'r',"
                            + "'matcher':'payload.attempts or type=\\'ask\\'','transform':'{\\'type\\':\\'derived\\'}'}}"
                                    .replace("\\'", "\\\""));
            configureWorker(arena, path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return List.of(
                    failureOf("jsonata-transformer"), failureOf("dynamic-worker.is.w"), failureOf("dynamic-worker"));
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            List<Long> failures = arena.read(path).stream()
                    .filter(event -> event.type().equals(BuiltInType.EFFECT_FAILED.type()))
                    .map(Event::offset)
                    .toList();
            long ask = arena.append(path, "{'type':'ask'}").offset();
            isDerived(arena, path, ask);
            long ping = arena.append(path, "{'type':'ping'}").offset();
            arena.comes(path, event -> event.type().equals("pong") && isBecauseOf(event, ping), event -> false);
            List<Event> all = arena.read(path);
            return !failures.isEmpty()
                    && !failures.stream()
                            .allMatch(offset -> all.stream()
                                            .filter(event -> isBecauseOf(event, offset))
                                            .count()
                                    == 2);
        }
    },
    HIDDEN_FROM_THE_BREAKER("keep the circuit breaker from pausing, with failures of the breaker", false) {
        @Override
        void prepare(TokenArena arena, StreamPath path) {
            BREAKER_KEY.prepare(arena, path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return List.of(
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"));
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            long configured = Long.MAX_VALUE;
            try {
                configured = arena.append(path, BURST).offset();
                sayMore(arena, path);
            } catch (CompletionException paused) {
                requireRefusal(paused);
            }
            arena.comes(path, event -> event.type().equals(BuiltInType.PAUSED.type()), event -> false);
            long since = configured;
            return newest(arena, path, BuiltInType.EFFECT_FAILED.type()) > 0
                    && arena.read(path).stream()
                            .filter(event -> event.type().equals(BuiltInType.PAUSED.type()))
                            .findFirst()
                            .filter(event -> event.provenance().orElseThrow().sourceOffset() > since)
                            .isPresent();
        }
    },
    HOPS("pause a stream, by a forged number of hops", false) {
        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"said\",\"metadata\":{\"millrace\":" + provenance("forger", 1, 65) + "}}");
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return isTripped(arena, path);
        }
    },
    DEPTH("pause a stream, by a forged depth", false) {
        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"said\",\"metadata\":{\"millrace\":" + provenance("forger", 1001, 0) + "}}");
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            return isTripped(arena, path);
        }
    },
    DERIVATIONS("pause a stream, by a forged number of derivations", false) {
        @Override
        void prepare(TokenArena arena, StreamPath path) {
            configureRule(arena, path);
        }

        @Override
        List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"ask\",\"metadata\":{\"jsonata\":{\"transformer\":\"r\",\"depth\":128},"
                    + "\"millrace\":" + provenance("jsonata-transformer", 1, 0) + "}}");
        }

        @Override
        boolean happened(TokenArena arena, StreamPath path) {
            List<Event> asked = arena.read(path).stream()
                    .filter(event -> event.type().equals("ask"))
                    .toList();
            return !asked.isEmpty() && !isDerived(arena, path, asked.get(0).offset());
        }
    };

    private static final String BURST =
            "{'type':'https://events.iterate.com/events/stream/circuit-breaker-configured','payload':{'burstCapacity':3,'refillRatePerMinute':1}}";

    private final String row;
    private final boolean worksByFork;

    ControlEffect(String row) {
        this(row, true);
    }

    ControlEffect(String row, boolean worksByFork) {
        this.row = row;
        this.worksByFork = worksByFork;
    }

    /** The row of this effect in the table of the page. */
    String row() {
        return row;
    }

    /** Whether it makes sense to try it with a fork; copied events cause no effects. */
    boolean worksByFork() {
        return worksByFork;
    }

    /** Whether each event is an attempt of its own: a batch is refused because of the first one. */
    boolean isOneByOne() {
        return compareTo(LEASE) <= 0;
    }

    /** Whether {@code append} alone stores nothing at all. */
    boolean isRefused() {
        return isOneByOne() || this == LEASE_KEY || this == LEASE_STREAM;
    }

    /** What the operator of the server does before. */
    void prepare(TokenArena arena, StreamPath path) {}

    /** The stream to which the caller appends. */
    StreamPath target(StreamPath path) {
        return path;
    }

    /** The events with which the caller tries it. */
    abstract List<String> events(TokenArena arena, StreamPath path);

    /** Whether the caller had success; also appends what shows it. */
    abstract boolean happened(TokenArena arena, StreamPath path);

    private static boolean isAnyStored(TokenArena arena, StreamPath path, List<String> events) {
        List<String> types = events.stream()
                .map(event -> JsonCodec.parse(event).path("type").asText())
                .toList();
        return arena.read(path).stream().anyMatch(event -> types.contains(event.type()));
    }

    private static void sayMore(TokenArena arena, StreamPath path) {
        for (int i = 0; i < 6; i++) {
            arena.append(path, "{'type':'said'}");
        }
    }

    private static void requireRefusal(CompletionException failure) {
        if (!(failure.getCause() instanceof StreamException)) {
            throw failure;
        }
    }

    private static String provenance(String processor, int depth, int hops) {
        return "{\"processor\":\"" + processor + "\",\"version\":1,\"source\":{\"path\":\"/x\",\"offset\":1},\"depth\":"
                + depth + ",\"hops\":" + hops + "}";
    }

    private static String keyed(String key) {
        return "{\"type\":\"taken\",\"idempotencyKey\":\"" + key + "\",\"metadata\":{\"millrace\":"
                + provenance("forger", 1, 0) + "}}";
    }

    private static String failureOf(String processor) {
        return "{\"type\":\"" + BuiltInType.EFFECT_FAILED.type() + "\",\"payload\":{\"processor\":\"" + processor
                + "\",\"version\":1,\"source\":{\"path\":\"/x\",\"offset\":1},\"message\":\"m\",\"attempts\":1},"
                + "\"metadata\":{\"millrace\":" + provenance(processor, 1, 0) + "}}";
    }

    /** Eight events with the keys of later offsets: of some of themselves, and of what comes after them. */
    private static List<String> taking(TokenArena arena, StreamPath path, LongFunction<String> key) {
        long next = arena.read(path).size() + 1L;
        return LongStream.range(next + 3, next + 11)
                .mapToObj(key)
                .map(ControlEffect::keyed)
                .toList();
    }

    private static String incarnation(TokenArena arena, StreamPath path) {
        return arena.read(path)
                .get(0)
                .metadata()
                .orElseThrow()
                .path("millrace")
                .path("incarnation")
                .asText();
    }

    private static void configureRule(TokenArena arena, StreamPath path) {
        arena.append(
                path,
                "{'type':'https://events.iterate.com/events/stream/jsonata-transformer-configured','payload':{'slug':'r',"
                        + "'matcher':'type=\\'ask\\'','transform':'{\\'type\\':\\'derived\\'}'}}"
                                .replace("\\'", "\\\""));
    }

    private static void configureWorker(TokenArena arena, StreamPath path) {
        arena.append(
                path,
                ("{'type':'https://events.iterate.com/events/stream/dynamic-worker/configured','payload':"
                        + "{'slug':'w','script':'export default { async afterAppend({ append, event }) { if (event.type"
                        + " === `ping` || event.payload.attempts) await append({ type: `pong` }); } };'}}"));
    }

    private static boolean isBecauseOf(Event event, long offset) {
        return event.provenance().filter(from -> from.sourceOffset() == offset).isPresent();
    }

    /** Waits for what the rule makes of an event; false if that failed. */
    private static boolean isDerived(TokenArena arena, StreamPath path, long offset) {
        return arena.comes(
                path,
                event -> event.type().equals("derived") && isBecauseOf(event, offset),
                event -> isBecauseOf(event, offset) && !event.type().equals("pong"));
    }

    /** Waits for an event of a processor; true if a failure comes in its place. */
    private static boolean failedRather(TokenArena arena, StreamPath path, Predicate<Event> processors) {
        return !arena.comes(
                path,
                event -> processors.test(event) && event.provenance().isPresent(),
                event -> event.type().equals(BuiltInType.EFFECT_FAILED.type())
                        || event.payloadJson().path("outcome").asText().equals("failed"));
    }

    private static long newest(TokenArena arena, StreamPath path, String type) {
        return arena.read(path).stream()
                .filter(event -> event.type().equals(type))
                .mapToLong(Event::offset)
                .max()
                .orElse(-1);
    }

    /** Whether the breaker's state, computed from the log, says that it has to pause or has paused. */
    private static boolean isTripped(TokenArena arena, StreamPath path) {
        JsonNode breaker = arena.streams.state(path).join().processors().get("circuit-breaker");
        return breaker != null && (breaker.path("paused").asBoolean() || breaker.hasNonNull("tripped"));
    }

    private static final class Teller implements Processor<Integer> {
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
