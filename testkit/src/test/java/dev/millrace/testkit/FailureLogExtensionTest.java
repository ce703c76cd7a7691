package dev.millrace.testkit;

import static java.util.concurrent.CompletableFuture.completedFuture;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.millrace.core.BuiltInType;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.testkit.ChatEvent.AssistantSaid;
import dev.millrace.testkit.ChatEvent.UserSaid;
import dev.millrace.testkit.fixture.FailureLogExtension;
import dev.millrace.testkit.fixture.ProcessorFixture;
import dev.millrace.testkit.log.RecordedLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs failing tests, and checks the files that they write. */
class FailureLogExtensionTest {
    /** The directory for the nested tests, which run on the thread that set it. */
    private static final ThreadLocal<Path> DIRECTORY = new ThreadLocal<>();

    @TempDir
    Path directory;

    @BeforeEach
    void begin() {
        DIRECTORY.set(directory);
    }

    @AfterEach
    void end() {
        DIRECTORY.remove();
    }

    @Test
    void should_write_what_the_fixture_of_a_failed_test_played_and_name_the_file() throws IOException {
        TestExecutionSummary summary = run(Fixtures.class);

        Path file = directory.resolve(Fixtures.class.getName()).resolve("answers_wrongly.yaml");
        Throwable failure = failureOf(summary, "answers_wrongly");
        assertThat(failure).hasMessageContaining("appended something else");
        assertThat(failure.getSuppressed())
                .singleElement(InstanceOfAssertFactories.THROWABLE)
                .hasMessage("log of the failed test: 3 events of /test are in " + file
                        + "; read it, and move it to src/test/resources/logs to replay it");
        assertThat(Files.readString(file)).startsWith("# ");
        assertThat(RecordedLog.read(file).events())
                .extracting(event -> event.type())
                .containsExactly(BuiltInType.INITIALIZED.type(), "user-said", "assistant-said");
    }

    @Test
    void should_write_every_log_of_every_failed_run_and_nothing_of_the_others() throws IOException {
        run(Fixtures.class);

        assertThat(names())
                .containsExactlyInAnyOrder(
                        "answers_wrongly.yaml",
                        "fails_for_some-2.yaml",
                        "appends_what_is_not_valid.yaml",
                        "plays_two.2.yaml",
                        "plays_two.yaml");
    }

    @Test
    void should_write_the_log_up_to_the_failure_of_a_fixture() {
        Throwable failure = failureOf(run(Fixtures.class), "appends_what_is_not_valid");

        assertThat(failure).hasMessageContaining("is not valid");
        assertThat(failure.getSuppressed())
                .singleElement()
                .asString()
                .contains("log of the failed test: 3 events of /test");
    }

    @Test
    void should_record_a_watched_stream_without_its_secrets() throws IOException {
        TestExecutionSummary summary = run(Watching.class);

        assertThat(failureOf(summary, "fails").getSuppressed())
                .singleElement()
                .asString()
                .contains("2 events of /watched are in ");
        Path file = directory.resolve(Watching.class.getName()).resolve("fails.yaml");
        assertThat(Files.readString(file)).contains("token: \"[redacted]\"").doesNotContain("abc");
    }

    @Test
    void should_not_hide_the_failure_when_it_cannot_write() throws IOException {
        Files.writeString(directory.resolve(Watching.class.getName()), "a file where a directory should be");

        Throwable failure = failureOf(run(Watching.class), "fails");

        assertThat(failure).hasMessage("intended failure");
        assertThat(failure.getSuppressed())
                .singleElement()
                .asString()
                .contains("the log of the failed test was not written: log cannot be written: ");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(Fixtures.class.getName()))) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static Throwable failureOf(TestExecutionSummary summary, String method) {
        return summary.getFailures().stream()
                .filter(failure -> failure.getTestIdentifier().getUniqueId().contains(method + "("))
                .findFirst()
                .orElseThrow()
                .getException();
    }

    private static TestExecutionSummary run(Class<?> tests) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "false")
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create(LauncherConfig.builder()
                        .enableTestExecutionListenerAutoRegistration(false)
                        .build())
                .execute(request, listener);
        return listener.getSummary();
    }

    /** Run by the tests above only, because its name does not end like the name of a test. */
    static class Fixtures {
        @RegisterExtension
        final FailureLogExtension failureLogs = FailureLogExtension.in(DIRECTORY.get());

        @Test
        void answers_wrongly() {
            ask("ping").thenAppended(new AssistantSaid("nothing"));
        }

        @Test
        void answers() {
            ask("ping").thenAppended(new AssistantSaid("pong"));
        }

        @Test
        void plays_two() {
            ask("a").thenAppended(new AssistantSaid("pong"));
            ask("b").thenAppended(new AssistantSaid("pong"));
            throw new AssertionError("intended failure");
        }

        @Test
        void appends_what_is_not_valid() {
            ProcessorFixture.of(new ChatProcessor(history -> new CompletableFuture<>()))
                    .when(
                            EventInput.ofType("fine"),
                            EventInput.ofType("https://events.iterate.com/events/stream/error-occurred"))
                    .thenNothingAppended();
        }

        @Test
        void does_not_apply() {
            ask("ping").thenAppended(new AssistantSaid("pong"));
            Assumptions.assumeTrue(false);
        }

        @ParameterizedTest
        @ValueSource(strings = {"pong", "no"})
        void fails_for_some(String answer) {
            ask("ping").thenAppended(new AssistantSaid(answer));
        }

        private static ProcessorFixture<ChatState> ask(String question) {
            return ProcessorFixture.of(new ChatProcessor(history -> completedFuture("pong")))
                    .withoutPurityCheck("this is about failures")
                    .when(new UserSaid(question));
        }
    }

    /** As above. */
    static class Watching {
        private final StreamEngine engine =
                StreamEngine.builder(new InMemoryEventStore()).start();
        private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

        @RegisterExtension
        final FailureLogExtension failureLogs =
                FailureLogExtension.in(DIRECTORY.get()).watch(streams, StreamPath.of("/watched"));

        @AfterEach
        void stop() {
            engine.close();
        }

        @Test
        void fails() {
            streams.append(
                            StreamPath.of("/watched"),
                            EventInput.builder()
                                    .type("noted")
                                    .payload(JsonCodec.parse("{\"token\": \"abc\"}"))
                                    .build())
                    .orTimeout(60, TimeUnit.SECONDS)
                    .join();
            throw new AssertionError("intended failure");
        }
    }
}
