package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Acknowledged appends survive kills: the server is killed again and again while fifty clients append, always on the
 * same data directory. Five kills, after fixed numbers of acknowledgements; 200 in the profile {@code long}. {@code
 * -Dmillrace.seed} repeats a run.
 */
class AcknowledgementTest {
    private static final int APPENDERS = 50;
    private static final int STREAMS = 5;
    private static final int MOST_ACKNOWLEDGEMENTS = 400;

    /** The acknowledged {@code path@offset}, by idempotency key. */
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();

    @Test
    void should_keep_every_acknowledged_event_whenever_it_is_killed(@TempDir Path data) throws Exception {
        Random random = Rounds.random();
        for (int round = 0; round < Rounds.KILLS; round++) {
            try (CommandProcess server = CommandProcess.start("serve", "--port", "0", "--data", data.toString())) {
                URI url = URI.create(server.awaitLine("http://127.0.0.1:").replaceFirst(".*(http://[0-9.:]+).*", "$1"));
                try (HttpEventStreams streams = HttpEventStreams.builder(url).build()) {
                    check(streams, "seed " + Rounds.SEED + ", before round " + round);
                    if (round == 0) {
                        switchBreakersOff(streams);
                    }
                    appendUntilKilled(streams, server, round, 1 + random.nextInt(MOST_ACKNOWLEDGEMENTS));
                }
            }
        }
        try (CommandProcess server = CommandProcess.start("serve", "--port", "0", "--data", data.toString())) {
            URI url = URI.create(server.awaitLine("http://127.0.0.1:").replaceFirst(".*(http://[0-9.:]+).*", "$1"));
            try (HttpEventStreams streams = HttpEventStreams.builder(url).build()) {
                check(streams, "seed " + Rounds.SEED + ", at the end");
            }
        }
        assertThat(acknowledged.size()).isGreaterThan(Rounds.KILLS);
    }

    private static void switchBreakersOff(EventStreams streams) throws Exception {
        EventInput off = EventInput.builder()
                .type("https://events.iterate.com/events/stream/circuit-breaker-configured")
                .payload(JsonNodeFactory.instance.objectNode().put("enabled", false))
                .build();
        for (int stream = 0; stream < STREAMS; stream++) {
            streams.append(path(stream), off).get(30, TimeUnit.SECONDS);
        }
    }

    private void appendUntilKilled(EventStreams streams, CommandProcess server, int round, int acknowledgements)
            throws Exception {
        CountDownLatch enough = new CountDownLatch(acknowledgements);
        AtomicBoolean over = new AtomicBoolean();
        ExecutorService appenders = Executors.newFixedThreadPool(APPENDERS);
        for (int appender = 0; appender < APPENDERS; appender++) {
            int number = appender;
            appenders.execute(() -> {
                for (int i = 0; !over.get(); i++) {
                    String key = round + "/" + number + "/" + i;
                    StreamPath path = path(number % STREAMS);
                    try {
                        long offset = streams.append(path, input(key))
                                .get(30, TimeUnit.SECONDS)
                                .offset();
                        acknowledged.put(key, path + "@" + offset);
                        enough.countDown();
                    } catch (Exception killed) {
                        return;
                    }
                }
            });
        }
        assertThat(enough.await(60, TimeUnit.SECONDS)).as("appends succeed").isTrue();
        server.kill();
        over.set(true);
        appenders.shutdownNow();
        assertThat(appenders.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    private static EventInput input(String key) {
        return EventInput.builder()
                .type("counted")
                .payload(JsonNodeFactory.instance.objectNode().put("key", key))
                .idempotencyKey(key)
                .build();
    }

    private static StreamPath path(int number) {
        return StreamPath.of("/kill/" + number);
    }

    private void check(EventStreams streams, String when) throws Exception {
        List<String> keys = new ArrayList<>();
        Map<String, String> stored = new ConcurrentHashMap<>();
        for (int stream = 0; stream < STREAMS; stream++) {
            StreamPath path = path(stream);
            List<Event> log = streams.read(path, ReadRange.all()).get(30, TimeUnit.SECONDS);
            assertThat(log)
                    .as("%s: offsets of %s", when, path)
                    .extracting(Event::offset)
                    .containsExactlyElementsOf(
                            LongStream.rangeClosed(1, log.size()).boxed().toList());
            for (Event event : log) {
                event.idempotencyKey().ifPresent(key -> {
                    keys.add(path + " " + key);
                    stored.put(key, path + "@" + event.offset());
                });
            }
        }
        assertThat(keys).as("%s: idempotency keys", when).doesNotHaveDuplicates();
        assertThat(stored).as("%s: acknowledged events", when).containsAllEntriesOf(acknowledged);
    }
}
