package dev.millrace.acceptance;

import static dev.millrace.acceptance.ControlEffectSteps.BURST;
import static dev.millrace.acceptance.ControlEffectSteps.configureRule;
import static dev.millrace.acceptance.ControlEffectSteps.configureWorker;
import static dev.millrace.acceptance.ControlEffectSteps.failureOf;
import static dev.millrace.acceptance.ControlEffectSteps.isBecauseOf;
import static dev.millrace.acceptance.ControlEffectSteps.isDerived;
import static dev.millrace.acceptance.ControlEffectSteps.isTripped;
import static dev.millrace.acceptance.ControlEffectSteps.newest;
import static dev.millrace.acceptance.ControlEffectSteps.provenance;
import static dev.millrace.acceptance.ControlEffectSteps.requireRefusal;
import static dev.millrace.acceptance.ControlEffectSteps.sayMore;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/** Events that processors would not see, or not count. */
enum HiddenEffect implements ControlEffect {
    HIDDEN_BY_PROVENANCE("hide an event from rules, by forged provenance") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            configureRule(arena, path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of(
                    "{\"type\":\"ask\",\"metadata\":{\"millrace\":" + provenance("jsonata-transformer", 1, 0) + "}}");
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            long ask = newest(arena, path, "ask");
            long later = arena.append(path, "{'type':'ask'}").offset();
            isDerived(arena, path, later);
            return ask > 0 && arena.read(path).stream().noneMatch(event -> isBecauseOf(event, ask));
        }
    },
    HIDDEN_AS_FAILURE("hide an event from rules and workers, as a failure of theirs") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            arena.append(
                    path,
                    "{'type':'https://events.iterate.com/events/stream/jsonata-transformer-configured','payload':{'slug':'r',"
                            + "'matcher':'payload.attempts or type=\\'ask\\'','transform':'{\\'type\\':\\'derived\\'}'}}"
                                    .replace("\\'", "\\\""));
            configureWorker(arena, path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of(
                    failureOf("jsonata-transformer"), failureOf("dynamic-worker.is.w"), failureOf("dynamic-worker"));
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
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
    HIDDEN_FROM_THE_BREAKER("keep the circuit breaker from pausing, with failures of the breaker") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            KeyEffect.BREAKER_KEY.prepare(arena, path);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of(
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"),
                    failureOf("circuit-breaker"));
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            TokenArena.waiting()
                    .until(arena.engine::isIdle); // a new configuration would forget a pause that has to come
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
    HIDDEN_FROM_A_SUBSCRIBER("hide an event from a subscriber, as a failure of its deliveries") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            arena.append(
                    path,
                    "{'type':'https://events.iterate.com/events/stream/subscription/configured','payload':{'slug':'hook',"
                            + "'type':'webhook','callbackUrl':'" + arena.receiver.url(path) + "'}}");
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return List.of(failureOf("external-subscriber"), failureOf("external-subscriber.is.hook"));
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            List<Long> failures = arena.read(path).stream()
                    .filter(event -> event.type().equals(BuiltInType.EFFECT_FAILED.type()))
                    .map(Event::offset)
                    .toList();
            long later = arena.append(path, "{'type':'said'}").offset();
            List<Long> pushed =
                    TokenArena.waiting().until(() -> arena.receiver.offsets(path), offsets -> offsets.contains(later));
            return !failures.isEmpty() && !pushed.containsAll(failures);
        }
    },
    NOT_COUNTED("append without a pause by the breaker, as pieces of a model's answer") {
        @Override
        public void prepare(TokenArena arena, StreamPath path) {
            arena.append(path, BURST);
        }

        @Override
        public List<String> events(TokenArena arena, StreamPath path) {
            return IntStream.range(0, 8)
                    .mapToObj(i -> "{\"type\":\"" + CHUNK + "\",\"payload\":{\"requestId\":1,\"outputIndex\":0,"
                            + "\"kind\":\"text\",\"text\":\"t\",\"seqFrom\":1,\"seqTo\":1},\"idempotencyKey\":\"agent/"
                            + i
                            + "\",\"metadata\":{\"millrace\":" + provenance("agent", 1, 0) + "}}")
                    .toList();
        }

        @Override
        public boolean happened(TokenArena arena, StreamPath path) {
            return newest(arena, path, CHUNK) > 0 && !isTripped(arena, path);
        }
    };

    private static final String CHUNK = "llm-chunk-added";

    private final String row;

    HiddenEffect(String row) {
        this.row = row;
    }

    @Override
    public String row() {
        return row;
    }
}
