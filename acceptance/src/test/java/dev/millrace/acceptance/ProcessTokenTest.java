package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runner outside the server, with a token that allows {@code process} and with one that does not. */
class ProcessTokenTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

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

    /** Answers each event that is not its own answer, failures too. */
    private static final class Echo implements Processor<Integer> {
        @Override
        public String slug() {
            return "echo";
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer state, Event event) {
            return state + 1;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer state, Event event, Effects<Integer> effects) {
            return event.type().equals("echoed")
                    ? Effects.none()
                    : Effects.done(effects.append(
                            EventDraft.of(EventInput.builder().type("echoed").build())));
        }
    }

    private List<Event> run(StreamPath path, Set<Operation> operations) {
        arena.append(path, "{'type':'begun'}");
        try (HttpEventStreams streams = HttpEventStreams.builder(arena.uri())
                .token(arena.token(operations))
                .build()) {
            ProcessorRunner<Integer> runner =
                    ProcessorRunner.builder(streams, new Echo()).stream(path).start();
            runner.awaitCaughtUp(LIMIT);
            long last = arena.append(path, "{'type':'said'}").offset();
            runner.awaitProcessed(last, LIMIT);
            runner.awaitProcessed(arena.read(path).size(), LIMIT);
            runner.stop(LIMIT);
        }
        return arena.read(path);
    }

    @Test
    void should_append_as_a_processor() {
        List<Event> log = run(StreamPath.of("/with"), Set.of(Operation.READ, Operation.APPEND, Operation.PROCESS));

        assertThat(log)
                .filteredOn(event -> event.type().equals("echoed"))
                .singleElement()
                .satisfies(event ->
                        assertThat(event.provenance().orElseThrow().processor()).isEqualTo("echo"));
    }

    @Test
    void should_say_that_the_token_lacks_process_and_not_answer_its_own_failure() {
        List<Event> log = run(StreamPath.of("/without"), Set.of(Operation.READ, Operation.APPEND));

        assertThat(log).filteredOn(event -> event.type().equals("echoed")).hasSize(1);
        assertThat(log)
                .filteredOn(event -> event.type().equals(BuiltInType.EFFECT_FAILED.type()))
                .singleElement()
                .satisfies(event -> {
                    assertThat(event.payloadJson().path("message").textValue())
                            .contains("the token of 'echo' does not allow 'process'");
                    assertThat(event.payloadJson().path("attempts").intValue()).isEqualTo(1);
                });
    }
}
