package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import okhttp3.WebSocket;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Keys that scripts and WebSocket peers choose: they keep no processor from its next event. */
class ChosenKeyTest {
    private static final String PREFIX = "https://events.iterate.com/events/stream/";

    @TempDir
    private static Path directory;

    private static TokenArena arena;

    @BeforeAll
    static void start() {
        arena = new TokenArena(directory);
    }

    @AfterAll
    static void stop() {
        arena.close();
    }

    /** A processor that appends what another caller has chosen. */
    enum Thief {
        SCRIPT {
            @Override
            void settle(StreamPath path) {
                arena.append(
                        path,
                        "{'type':'" + PREFIX + "dynamic-worker/configured','payload':{'slug':'thief','script':"
                                + "'export default { async afterAppend({ append, event }) { if (event.type === `go`)"
                                + " for (const one of event.payload.events) await append(one); } };'}}");
            }

            @Override
            void take(StreamPath path, List<String> events) {
                arena.append(path, "{'type':'go','payload':{'events':[" + String.join(",", events) + "]}}");
            }
        },
        PEER {
            @Override
            void settle(StreamPath path) {
                arena.append(
                        path,
                        "{'type':'" + PREFIX + "subscription/configured','payload':{'slug':'thief','type':'websocket',"
                                + "'callbackUrl':'" + arena.receiver.socket(path)
                                + "','jsonataFilter':'type=\\\"go\\\"'}}");
                arena.append(path, "{'type':'go'}");
            }

            @Override
            void take(StreamPath path, List<String> events) {
                WebSocket peer = TokenArena.waiting()
                        .until(() -> arena.receiver.peer(path), Optional::isPresent)
                        .orElseThrow();
                events.forEach(event -> peer.send("{\"type\":\"append\",\"event\":" + event + "}"));
            }
        };

        /** Lets the thief into the stream. */
        abstract void settle(StreamPath path);

        abstract void take(StreamPath path, List<String> events);
    }

    static Stream<Arguments> thefts() {
        EnumSet<KeyEffect> effects = EnumSet.complementOf(EnumSet.of(KeyEffect.LEASE_STREAM));
        return effects.stream()
                .flatMap(effect -> Arrays.stream(Thief.values()).map(thief -> Arguments.of(effect, thief)));
    }

    @ParameterizedTest
    @MethodSource("thefts")
    void should_keep_no_processor_from_its_next_event(KeyEffect effect, Thief thief) {
        StreamPath path = StreamPath.of("/" + (effect + "/" + thief).toLowerCase(Locale.ROOT));
        StreamPath target = effect.target(path);
        arena.append(path, "{'type':'begun'}");
        thief.settle(target);
        effect.prepare(arena, path);

        thief.take(target, effect.events(arena, path));
        TokenArena.waiting().until(() -> taken(target).size() >= 3); // the breaker stops the others

        assertThat(effect.happened(arena, path)).isFalse();
        List<String> keys = taken(target).stream()
                .map(event -> event.idempotencyKey().orElseThrow())
                .toList();
        assertThat(arena.read(target))
                .filteredOn(event -> !event.type().equals("taken"))
                .anyMatch(event -> event.idempotencyKey().filter(keys::contains).isPresent());
    }

    private static List<Event> taken(StreamPath path) {
        return arena.read(path).stream()
                .filter(event -> event.type().equals("taken"))
                .toList();
    }
}
