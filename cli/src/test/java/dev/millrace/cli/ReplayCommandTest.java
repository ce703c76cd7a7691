package dev.millrace.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays a processor that was compiled outside the class path. */
@SuppressWarnings("NullAway.Init") // set before each test
class ReplayCommandTest {
    private static final String LOG = """
            ---
            type: noted
            payload: {text: first}
            ---
            type: other
            ---
            type: noted
            offset: 5
            payload: {text: second}
            """;
    private static final String PROCESSOR = """
            package org.example;

            import dev.millrace.core.Event;
            import dev.millrace.core.processor.Processor;
            import java.util.ArrayList;
            import java.util.List;
            import java.util.function.Supplier;

            record Notes(Supplier<String> model) implements Processor<Notes.State> {
                record State(List<String> notes, long last) {}

                public String slug() {
                    return "notes";
                }

                public State initialState() {
                    return new State(List.of(), 0);
                }

                public State reduce(State state, Event event) {
                    if (event.type().equals("asked")) {
                        model.get();
                    }
                    if (!event.type().equals("noted")) {
                        return state;
                    }
                    List<String> notes = new ArrayList<>(state.notes());
                    notes.add(event.payloadJson().path("text").asText());
                    return new State(List.copyOf(notes), event.offset());
                }
            }
            """;

    @TempDir
    static Path classes;

    @TempDir
    Path directory;

    private Path log;
    private final Screen screen = Screen.pipe();

    @BeforeAll
    static void compile() throws IOException {
        Path source = Files.writeString(classes.resolve("Notes.java"), PROCESSOR);
        String[] arguments = {
            "--release",
            "17",
            "-proc:none",
            "-cp",
            System.getProperty("java.class.path"),
            "-d",
            classes.toString(),
            source.toString()
        };
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, arguments))
                .isZero();
    }

    @BeforeEach
    void write() throws IOException {
        log = Files.writeString(directory.resolve("log.yaml"), LOG);
    }

    @Test
    void should_go_to_an_event_and_say_what_it_changed_and_why() {
        assertThat(replay("goto 5; diff; why $.notes[1]")).isZero();

        assertThat(screen.out()).matches("""
                    5  \\d\\d:\\d\\d:\\d\\d\\.000  noted                     \\{"text":"second"}
                \\$\\.notes\\[1]: nothing -> "second"
                \\$\\.last: 1 -> 5
                \\$\\.notes\\[1]: nothing -> "second"
                    5  \\d\\d:\\d\\d:\\d\\d\\.000  noted                     \\{"text":"second"}
                """);
        assertThat(screen.err()).isEmpty();
    }

    @Test
    void should_refuse_a_payload_that_does_not_fit_unless_that_is_allowed() throws IOException {
        Files.writeString(log, """
                ---
                type: https://events.iterate.com/events/stream/paused
                payload: {resn: tired}
                """);
        String[] replay = {"replay", "--processor", "circuit-breaker", log.toString(), "--command", "state"};

        assertThat(screen.run(replay)).isEqualTo(1);
        assertThat(screen.err())
                .startsWith("millrace: " + log + ":2:1: the payload of ")
                .contains("/test@1", "resn", "--allow-malformed");

        Screen allowed = Screen.pipe();
        assertThat(allowed.run(
                        "replay",
                        "--allow-malformed",
                        "--processor",
                        "circuit-breaker",
                        log.toString(),
                        "--command",
                        "state"))
                .isZero();
    }

    @Test
    void should_begin_at_the_end_and_go_back_and_forth() {
        assertThat(
                        replay(
                                "state notes; prev; state notes; prev 9; next; event; next 99; diff 0 1; diff 5; quit; nonsense"))
                .isZero();

        assertThat(screen.out().replaceAll("\\d\\d:\\d\\d:\\d\\d\\.\\d{3}", "T").replaceAll(" +", " "))
                .isEqualTo("""
                        [
                         "first",
                         "second"
                        ]
                         2 T other {}
                        [
                         "first"
                        ]
                         0 before the first event
                         1 T noted {"text":"first"}
                        {
                         "streamPath": "/test",
                         "type": "noted",
                         "payload": {
                         "text": "first"
                         },
                         "offset": 1,
                         "createdAt": "2026-01-01TTZ"
                        }
                         5 T noted {"text":"second"}
                        $.notes[0]: nothing -> "first"
                        $.last: 0 -> 1
                        no difference between the states at 5 and 5
                        """);
    }

    @Test
    void should_list_the_events_and_mark_where_it_is() {
        replay("goto 3; events; events 2 4");

        assertThat(screen.out().lines().map(line -> line.replaceAll(" +", " ").replaceAll("\\d\\d:\\S+", "T")))
                .containsExactly(
                        " 2 T other {}",
                        " 1 T noted {\"text\":\"first\"}",
                        "> 2 T other {}",
                        " 5 T noted {\"text\":\"second\"}",
                        "> 2 T other {}");
    }

    @Test
    void should_say_when_else_a_place_changed() {
        replay("why last; goto 1; why last; goto 0; why last; why nowhere[0]");

        assertThat(screen.out())
                .contains(
                        "last: 1 -> 5\n",
                        "\nchanged before at 1\n",
                        "last: 0 -> 1\n",
                        "\nchanges next at 5\n",
                        "last is 0 from the beginning; no event up to 0 changed it\nchanges next at 1\n",
                        "nowhere[0] is nothing from the beginning; no event up to 0 changed it\n");
    }

    @Test
    void should_take_commands_from_standard_input() {
        Screen piped = Screen.pipe("goto 1\n\n state notes[0]; quit\nnonsense\n");

        assertThat(piped.run(arguments())).isZero();

        assertThat(piped.out()).endsWith("\"first\"\n").doesNotContain("@");
        assertThat(piped.err()).isEmpty();
    }

    @Test
    void should_answer_the_mistakes_of_a_person_and_go_on() {
        Screen window = Screen.window(100, "hop\ngoto 1\n");

        assertThat(window.run(arguments())).isZero();

        assertThat(window.out()).startsWith("states of 'notes' over " + log).contains("@5> ", "@1> ");
        assertThat(window.err()).startsWith("millrace: unknown command: 'hop'; use one of goto N,");
    }

    @Test
    void should_end_a_script_at_its_first_mistake() {
        assertMistake("goto 9; state", "cannot 'goto 9': no state at offset 9: " + log + " (3 events) goes from 0,");
        assertMistake("goto x", "cannot 'goto x': goto takes N, a whole number from 0, got 'x'");
        assertMistake("goto", "cannot 'goto': goto takes N, a whole number from 0, got ''");
        assertMistake("why", "cannot 'why': the place is missing");
        assertMistake("why a..b", "cannot 'why a..b': not a place in a state: 'a..b'");
        assertMistake(
                "state notes[7]", "cannot 'state notes[7]': the state at offset 5 has no such place; see 'state'");
        assertMistake("diff 1 2 3", "cannot 'diff 1 2 3': give at most two offsets");
        assertMistake("goto 0; event", "cannot 'event': there is no event at offset 0; 'next' goes to the first one");
    }

    @Test
    void should_replay_every_built_in_processor() {
        for (String name : new String[] {
            "circuit-breaker",
            "scheduler",
            "jsonata-transformer",
            "external-subscriber",
            "dynamic-worker",
            "agent",
            "openai-agent"
        }) {
            Screen own = Screen.pipe();
            assertThat(own.run("replay", "--processor", name, log.toString(), "--command", "state; diff 0 5"))
                    .as(name + own.err())
                    .isZero();
            assertThat(own.out()).startsWith("{");
        }
    }

    @Test
    void should_replay_an_agent_of_each_provider_without_a_key() {
        for (String provider : new String[] {"openai", "anthropic"}) {
            Screen own = Screen.pipe();
            String config = "{\"provider\": \"" + provider + "\"}";
            assertThat(own.run(
                            "replay", "--processor", "agent", log.toString(), "--command", "state", "--config", config))
                    .as(own.err())
                    .isZero();
        }
    }

    @Test
    void should_configure_a_built_in_processor() {
        String[] arguments = {
            "replay", "--processor", "circuit-breaker", log.toString(), "--command", "state", "--config", "{\"x\": 1}"
        };

        assertThat(screen.run(arguments)).isEqualTo(1);
        assertThat(screen.err()).startsWith("millrace: --config: configuration of the processor 'circuit-breaker'");
    }

    @Test
    void should_say_what_is_missing() throws IOException {
        assertProblem(
                "there is no processor or class 'swim'; the processors are agent, circuit-breaker, ", "swim", log);
        assertProblem("is neither a Processor nor a ProcessorProvider", "java.util.ArrayList", log);
        assertProblem("java.lang.Long has no constructor without parameters", "java.lang.Long", log);
        assertProblem(
                "log not found: " + directory.resolve("no.yaml"), "org.example.Notes", directory.resolve("no.yaml"));
        assertProblem(log + ":1:7: 'no' is ambiguous", "org.example.Notes", Files.writeString(log, "type: no\n"));
        assertProblem(
                "java.util.function.Supplier.get cannot be called in a replay",
                "org.example.Notes",
                Files.writeString(log, "type: asked\n"));
        Screen own = Screen.pipe();
        assertThat(own.run("replay", "--processor", "a.B", "--classpath", "no.jar", log.toString()))
                .isEqualTo(1);
        assertThat(own.err()).contains("--classpath: no.jar does not exist; build it, or correct the path");
    }

    private void assertProblem(String problem, String processor, Path file) {
        Screen own = Screen.pipe();
        assertThat(own.run("replay", "--processor", processor, "--classpath", classes.toString(), file.toString()))
                .as(processor)
                .isEqualTo(1);
        assertThat(own.err()).contains(problem).hasLineCount(1);
    }

    private void assertMistake(String script, String error) {
        Screen own = Screen.pipe();
        assertThat(own.run(arguments("--command", script))).as(script).isEqualTo(1);
        assertThat(own.err()).startsWith("millrace: " + error).hasLineCount(1);
    }

    private int replay(String script) {
        return screen.run(arguments("--command", script));
    }

    private String[] arguments(String... more) {
        return Stream.concat(
                        Stream.of(
                                "replay",
                                "--processor",
                                "org.example.Notes",
                                "--classpath",
                                classes.toString(),
                                log.toString()),
                        Stream.of(more))
                .toArray(String[]::new);
    }
}
