package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What a token can do to the processors of a stream, as docs/security.md says: with {@code append} alone, nothing. */
class AppendTokenMatrixTest {
    private static final Path PAGE = Path.of("..", "docs", "security.md");
    private static final int PART = 4;
    private static final Set<Operation> APPEND_ONLY = Set.of(Operation.READ, Operation.APPEND);

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

    /** All pairs in long runs; otherwise a fixed part, which has each effect and each way more than once. */
    static Stream<Arguments> attempts() {
        return ControlEffect.all().stream()
                .flatMap(effect -> Arrays.stream(AppendWay.values())
                        .filter(way -> way != AppendWay.FORK || effect.worksByFork())
                        .filter(way -> Rounds.LONG || isInPart(effect, way))
                        .map(way -> Arguments.of(effect, way)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("attempts")
    void should_have_no_effect_with_append_alone(ControlEffect effect, AppendWay way) {
        StreamPath path = path(effect.name(), way.name());

        attempt(arena, effect, way, APPEND_ONLY, path);

        assertThat(effect.happened(arena, path)).isFalse();
        assertThat(arena.read(effect.target(path)).stream().anyMatch(AppendTokenMatrixTest::hasClaims))
                .isEqualTo(!effect.isRefused());
        assertThat(arena.read(effect.target(path)))
                .filteredOn(AppendTokenMatrixTest::hasClaims)
                .allSatisfy(event -> assertThat(
                                event.metadata().orElseThrow().path("millrace").properties())
                        .extracting(Map.Entry::getKey)
                        .isSubsetOf("claimed", "chain"));
    }

    private static boolean hasClaims(Event event) {
        return event.metadata()
                .filter(metadata -> metadata.path("millrace").has("claimed"))
                .isPresent();
    }

    @Test
    void should_try_each_effect_and_each_way() {
        assertThat(tried(0)).containsAll(ControlEffect.all());
        assertThat(tried(1)).containsAll(List.of(AppendWay.values()));
    }

    private static boolean isInPart(ControlEffect effect, AppendWay way) {
        int row = ControlEffect.all().indexOf(effect);
        return (row + List.of(AppendWay.values()).indexOf(way)) % PART == 0;
    }

    private static List<Object> tried(int argument) {
        return attempts().map(attempt -> attempt.get()[argument]).toList();
    }

    static List<ControlEffect> effects() {
        return ControlEffect.all();
    }

    @ParameterizedTest
    @MethodSource("effects")
    void should_have_the_effects_that_the_page_says(ControlEffect effect) throws IOException {
        String row = Arrays.stream(Operation.values())
                .map(operation -> isPossible(effect, operation) ? "yes" : "no")
                .collect(Collectors.joining(" | ", "| " + effect.row() + " | ", " |"));

        assertThat(Files.readAllLines(PAGE)).contains(row);
    }

    @Test
    void should_have_no_other_rows_in_the_page() throws IOException {
        List<String> lines = Files.readAllLines(PAGE);
        int head = lines.indexOf("| a caller can | "
                + Arrays.stream(Operation.values())
                        .map(operation -> "`" + operation.word() + "`")
                        .collect(Collectors.joining(" | "))
                + " |");

        assertThat(lines.subList(head + 2, lines.size()).stream()
                        .takeWhile(line -> line.startsWith("|"))
                        .map(line -> line.split("\\|")[1].strip()))
                .containsExactlyElementsOf(
                        ControlEffect.all().stream().map(ControlEffect::row).toList());
    }

    private static boolean isPossible(ControlEffect effect, Operation operation) {
        Set<Operation> token =
                operation == Operation.READ ? EnumSet.noneOf(Operation.class) : EnumSet.copyOf(APPEND_ONLY);
        token.add(operation);
        StreamPath path = path(effect.name(), "with-" + operation);
        attempt(arena, effect, AppendWay.ONE_BY_ONE, Set.copyOf(token), path);
        return effect.happened(arena, path);
    }

    private static StreamPath path(String effect, String attempt) {
        return StreamPath.of("/" + (effect + "/" + attempt).toLowerCase(Locale.ROOT));
    }

    static void attempt(TokenArena arena, ControlEffect effect, AppendWay way, Set<Operation> token, StreamPath path) {
        StreamPath prepared = way == AppendWay.FORK ? StreamPath.of("/twin" + path.value()) : path;
        arena.append(prepared, "{'type':'begun'}");
        effect.prepare(arena, prepared);
        List<String> events = effect.events(arena, prepared).stream()
                .map(event -> event.replace(prepared.value(), path.value()))
                .toList();
        if (way == AppendWay.FORK) {
            way.append(arena, token, effect.target(path), events);
            effect.prepare(arena, path);
        } else if (effect.isOneByOne()) {
            events.forEach(event -> way.append(arena, token, effect.target(path), List.of(event)));
        } else {
            way.append(arena, token, effect.target(path), events);
        }
    }
}
