package dev.millrace.acceptance;

import static dev.millrace.acceptance.ControlEffectSteps.BURST;
import static dev.millrace.acceptance.ControlEffectSteps.configureRule;
import static dev.millrace.acceptance.ControlEffectSteps.configureWorker;
import static dev.millrace.acceptance.ControlEffectSteps.failedRather;
import static dev.millrace.acceptance.ControlEffectSteps.incarnation;
import static dev.millrace.acceptance.ControlEffectSteps.isAnyStored;
import static dev.millrace.acceptance.ControlEffectSteps.isBecauseOf;
import static dev.millrace.acceptance.ControlEffectSteps.isDerived;
import static dev.millrace.acceptance.ControlEffectSteps.keyed;
import static dev.millrace.acceptance.ControlEffectSteps.requireRefusal;
import static dev.millrace.acceptance.ControlEffectSteps.sayMore;
import static dev.millrace.acceptance.ControlEffectSteps.taking;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.Fence;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;

/** Events in the way of what a processor does next: with its key, or in its stream. */
enum KeyEffect implements ControlEffect {
    BREAKER_KEY("keep the circuit breaker from pausing, by the key of its next event") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            arena.append(path, BURST);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            String key = "circuit-breaker/" + BuiltInType.PAUSED.type() + "@" + path + "~" + incarnation(arena, path);
            return taking(arena, path, offset -> key + ":" + offset);
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
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
        public List<String> events(TokenArena arena, StreamPath path) {
            return taking(arena, path, offset -> "scheduler:rewrite:" + path + ":" + offset);
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            arena.append(
                    path,
                    "{'type':'https://events.iterate.com/events/stream/append-scheduled','payload':{'slug':'s','append':{'type':'due'},"
                            + "'schedule':{'kind':'once-at','at':'2026-01-01T00:00:00Z'}}}");
            return failedRather(arena, path, event -> event.type().equals("due"));
        }
    },
    RULE_KEY("keep a rule from acting, by the key of its next event") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            configureRule(arena, path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            String key = "jsonata-transformer/derived@" + path + "~" + incarnation(arena, path);
            return taking(arena, path, offset -> key + ":" + offset + "#from/r");
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return !isDerived(arena, path, arena.append(path, "{'type':'ask'}").offset());
        }
    },
    WORKER_KEY("keep a worker's answer out, by the key of its next event") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            configureWorker(arena, path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
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
        public boolean happened(TokenArena arena, StreamPath path) {
            long ping = arena.append(path, "{'type':'ping'}").offset();
            return failedRather(arena, path, event -> event.type().equals("pong") && isBecauseOf(event, ping));
        }
    },
    LEASE_KEY("keep every process from a lease, by the key of its next claim") {
        @Override
        public StreamPath target(StreamPath path) {
            return Fence.leases("teller", path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return LongStream.rangeClosed(1, 4)
                    .mapToObj(epoch -> keyed(Fence.claimKey("teller", (int) epoch)))
                    .toList();
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            ProcessorRunner<?> runner = ProcessorRunner.builder(arena.streams, new ControlEffectSteps.Teller()).stream(
                            path)
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
        public StreamPath target(StreamPath path) {
            return Fence.leases("teller", path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of("{\"type\":\"said\"}");
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return isAnyStored(arena, target(path), events(arena, path));
        }
    };

    private final String row;

    KeyEffect(String row) {
        this.row = row;
    }

    @Override
    public String row() {
        return row;
    }

    @Override
    public boolean worksByFork() {
        return true;
    }

    @Override
    public boolean isRefused() {
        return this == LEASE_KEY || this == LEASE_STREAM;
    }
}
