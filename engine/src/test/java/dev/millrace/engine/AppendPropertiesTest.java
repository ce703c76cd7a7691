package dev.millrace.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.engine.spi.EventRecord;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Invariants of the log after random requests in random order. A failure message contains the seed. */
class AppendPropertiesTest {
    private static final String STREAM = "https://events.iterate.com/events/stream/";
    private static final List<String> PATHS = List.of("/", "/a", "/a/b", "/c");
    private static final Set<Code> REFUSALS = EnumSet.of(Code.BAD_REQUEST, Code.OFFSET_MISMATCH, Code.PAUSED);

    static LongStream seeds() {
        return LongStream.range(0, 120);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void should_keep_every_promise_for_one_request_after_the_other(long seed) {
        try (EngineFixture fixture = new EngineFixture()) {
            Random random = new Random(seed);
            for (int n = 0; n < 40; n++) {
                String path = anyPath(fixture, random);
                List<EventRecord> before = fixture.log(path);
                Optional<List<AppendedRecord>> answers =
                        answers(fixture.send(path, requests(random, before.size())), seed);
                assertAnswered(before, fixture.log(path), answers, seed);
            }
            PATHS.forEach(path -> assertSound(fixture.log(path), seed));
        }
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void should_keep_every_promise_for_requests_at_the_same_time(long seed) {
        try (EngineFixture fixture = new EngineFixture()) {
            Random random = new Random(seed);
            List<Map.Entry<String, CompletableFuture<List<AppendedRecord>>>> sent = new ArrayList<>();
            for (int n = 0; n < 80; n++) {
                String path = anyPath(fixture, random);
                sent.add(Map.entry(path, fixture.send(path, requests(random, 5))));
            }
            Map<String, Integer> stored = new HashMap<>();
            sent.forEach(each -> stored.merge(each.getKey(), fresh(answers(each.getValue(), seed)), Integer::sum));
            for (String path : PATHS) {
                List<EventRecord> log = fixture.log(path);
                assertSound(log, seed);
                assertThat(log.size())
                        .as("seed %d, %s: the log has all answered events and no others", seed, path)
                        .isEqualTo(stored.getOrDefault(path, 0) + ownEvents(log));
            }
        }
    }

    /** Advances the clock, sometimes backwards. */
    private static String anyPath(EngineFixture fixture, Random random) {
        fixture.timers.set(fixture.timers.now().plusMillis(random.nextInt(200) - 80));
        return PATHS.get(random.nextInt(PATHS.size()));
    }

    private static int fresh(Optional<List<AppendedRecord>> answers) {
        return (int) answers.stream()
                .flatMap(List::stream)
                .filter(answer -> !answer.replayed())
                .count();
    }

    private static void assertAnswered(
            List<EventRecord> before, List<EventRecord> after, Optional<List<AppendedRecord>> answers, long seed) {
        int created = before.isEmpty() ? ownEvents(after) : 0;
        int fresh = fresh(answers);
        assertThat(after)
                .as("seed %d: a refused request stores nothing", seed)
                .hasSize(before.size() + created + fresh);
        assertThat(after.subList(0, before.size()).stream().map(Json::text))
                .as("seed %d: history never changes", seed)
                .isEqualTo(before.stream().map(Json::text).toList());
        answers.stream()
                .flatMap(List::stream)
                .forEach(answer -> assertThat(
                                Json.text(after.get((int) answer.event().offset() - 1)))
                        .as("seed %d: the answer is equal to the event in the log", seed)
                        .isEqualTo(Json.text(answer.event())));
    }

    private static void assertSound(List<EventRecord> log, long seed) {
        Set<String> keys = new HashSet<>();
        for (int i = 0; i < log.size(); i++) {
            EventRecord record = log.get(i);
            assertThat(record.offset())
                    .as("seed %d: offsets are contiguous", seed)
                    .isEqualTo(i + 1L);
            assertThat(Json.tree(record).path("offset").asLong())
                    .as("seed %d", seed)
                    .isEqualTo(i + 1L);
            record.idempotencyKey()
                    .ifPresent(key -> assertThat(keys.add(key))
                            .as("seed %d: the key %s is in the log once", seed, key)
                            .isTrue());
            if (i > 0) {
                assertThat(record.createdAt())
                        .as("seed %d: times do not decrease", seed)
                        .isAfterOrEqualTo(log.get(i - 1).createdAt());
                assertThat(record.position())
                        .as("seed %d", seed)
                        .isGreaterThan(log.get(i - 1).position());
            }
        }
    }

    /** The number of events that the service appended itself. */
    private static int ownEvents(List<EventRecord> log) {
        return (int) log.stream()
                .filter(record -> record.offset() == 1
                        || record.idempotencyKey()
                                .filter(key -> key.startsWith("millrace/"))
                                .isPresent())
                .count();
    }

    /** The answers; empty if the request was refused for an expected reason. */
    private static Optional<List<AppendedRecord>> answers(CompletableFuture<List<AppendedRecord>> future, long seed) {
        try {
            return Optional.of(EngineFixture.get(future));
        } catch (CompletionException e) {
            assertThat(e.getCause())
                    .as("seed %d", seed)
                    .isInstanceOfSatisfying(
                            StreamException.class,
                            refused -> assertThat(refused.code()).isIn(REFUSALS));
            return Optional.empty();
        }
    }

    private static String[] requests(Random random, int size) {
        String[] batch = new String[random.nextInt(4) == 0 ? 1 + random.nextInt(5) : 1];
        for (int i = 0; i < batch.length; i++) {
            batch[i] = request(random, size);
        }
        return batch;
    }

    private static String request(Random random, int size) {
        switch (random.nextInt(10)) {
            case 0:
                return "{'type':'" + STREAM + "paused'}";
            case 1:
            case 2:
                return "{'type':'" + STREAM + "resumed'}";
            case 3:
                return "{'type':'t','idempotencyKey':'k" + random.nextInt(4) + "','payload':{'n':" + random.nextInt(3)
                        + "}}";
            case 4:
                return "{'type':'t','offset':" + (1 + size + random.nextInt(3)) + "}";
            case 5:
                return "{'type':'t','idempotencyKey':'k" + random.nextInt(4) + "','offset':" + (1 + random.nextInt(9))
                        + "}";
            case 6:
                return "['broken'," + random.nextInt(9) + "]";
            case 7:
                return "{'type':'" + STREAM + "initialized','payload':{'projectSlug':'p','path':'/'}}";
            default:
                return "{'type':'t','payload':{'n':" + random.nextInt() + "}}";
        }
    }
}
