package dev.millrace.testkit;

import static dev.millrace.testkit.MillraceAssertions.assertThat;
import static dev.millrace.testkit.MillraceAssertions.assertThatExceptionOfType;
import static dev.millrace.testkit.MillraceAssertions.assertThatIllegalArgumentException;
import static java.util.concurrent.CompletableFuture.completedFuture;

import dev.millrace.testkit.log.MalformedLogException;
import dev.millrace.testkit.log.RecordedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@SuppressWarnings("NullAway.Init") // set before each test
class ApprovedStatesTest {
    private static final ChatProcessor CHAT = new ChatProcessor(history -> completedFuture("pong"));
    private static final String LOG = """
            type: user-said
            payload: {text: hi}
            ---
            type: something-else
            ---
            type: assistant-said
            payload: {text: hello}
            """;
    private static final String STATES = """
            # States of 'chat', each where it changed; approved with -Dmillrace.approve=true.
            ---
            offset: 0
            state:
              history: []
              lastUserOffset: 0
              lastAnswerOffset: 0
            ---
            offset: 1
            event: user-said
            state:
              history:
                - "user: hi"
              lastUserOffset: 1
              lastAnswerOffset: 0
            ---
            offset: 3
            event: assistant-said
            state:
              history:
                - "user: hi"
                - "assistant: hello"
              lastUserOffset: 1
              lastAnswerOffset: 3
            """;

    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void name() {
        file = directory.resolve("approved/chat.states.yaml");
    }

    // region approved
    @Test
    void should_match_the_approved_states() {
        StateTimeline<ChatState> timeline = StateTimeline.of(CHAT, RecordedLog.readResource("logs/two-turns.yaml"));

        assertThat(timeline).matchesApproved("approved/two-turns.states.yaml");
    }
    // endregion

    @Test
    void should_approve_the_states_as_they_are() throws IOException {
        assertThat(timeline(LOG)).matchesApproved(file, true);

        assertThat(Files.readString(file)).isEqualTo(STATES);
        assertThat(timeline(LOG)).matchesApproved(file, false);
    }

    @Test
    void should_ignore_the_format_of_the_file() throws IOException {
        Files.createDirectories(directory.resolve("approved"));
        Files.writeString(file, STATES.replace("[]", "[ ]").replace("\n", "\r\n"));

        assertThat(timeline(LOG)).matchesApproved(file, false);
    }

    @Test
    void should_show_every_difference_by_offset_and_how_to_approve_it() {
        assertThat(timeline(LOG)).matchesApproved(file, true);

        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(timeline(LOG.replace("text: hi", "text: ho")))
                        .matchesApproved(file, false))
                .withMessage("States of 'chat' over test.yaml (3 events) are not as approved in " + file + ":\n"
                        + "  at 1 (user-said), $.history[0]: approved \"user: hi\" but was \"user: ho\"\n"
                        + "  at 3 (assistant-said), $.history[0]: approved \"user: hi\" but was \"user: ho\"\n"
                        + "if this is intended, run the test once with -Dmillrace.approve=true, and read the changed file"
                        + " before you commit it");
    }

    @Test
    void should_notice_states_that_are_missing_or_new() {
        String shorter = LOG.substring(0, LOG.indexOf("---"));
        assertThat(timeline(LOG)).matchesApproved(file, true);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(timeline(shorter)).matchesApproved(file, false))
                .withMessageContaining(
                        "at 3 (assistant-said), $.history[1]: approved \"assistant: hello\" but was nothing\n");

        assertThat(timeline(shorter)).matchesApproved(file, true);
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(timeline(LOG)).matchesApproved(file, false))
                .withMessageContaining(
                        "at 3 (assistant-said), $.history[1]: approved nothing but was \"assistant: hello\"\n");
    }

    @Test
    void should_show_the_states_to_approve_and_write_nothing() {
        assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> assertThat(timeline(LOG)).matchesApproved(file))
                .withMessage("Nothing is approved yet for states of 'chat' over test.yaml (3 events): " + file
                        + " is missing; to approve these states, run the test once with -Dmillrace.approve=true, and read"
                        + " the changed file before you commit it\n" + STATES);

        assertThat(file).doesNotExist();
    }

    @Test
    void should_say_where_a_file_is_not_one_of_states() throws IOException {
        Files.createDirectories(directory.resolve("approved"));
        Files.writeString(file, "---\noffset: 0\n");

        assertThatExceptionOfType(MalformedLogException.class)
                .isThrownBy(() -> assertThat(timeline(LOG)).matchesApproved(file, false))
                .withMessageStartingWith(file + ":2:1: expected 'offset' and 'state'; run the test once with");
    }

    @Test
    void should_stay_below_the_test_resources() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> assertThat(timeline(LOG)).matchesApproved("../main/x.yaml"))
                .withMessageContaining("'../main/x.yaml'");
    }

    private static StateTimeline<ChatState> timeline(String log) {
        return StateTimeline.of(CHAT, RecordedLog.parse(log, "test.yaml"));
    }
}
