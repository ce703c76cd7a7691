package dev.millrace.testkit;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.opentest4j.TestAbortedException;

/**
 * Writes the log of a test that fails as the next fixture: what every {@link ProcessorFixture} of the test played, and what
 * is on the streams that it watches. The failure names the files, as suppressed exceptions, which every runner shows.
 *
 * <pre>{@code
 * @ExtendWith(FailureLogs.class) // fixtures
 * class ChatProcessorTest { ... }
 *
 * @RegisterExtension // and streams of your own
 * final FailureLogs failureLogs = FailureLogs.inTarget().watch(streams, StreamPath.of("/ann/agent"));
 * }</pre>
 *
 * <p>The files are {@code target/failed-logs/org.example.ChatProcessorTest/method.yaml}; a parameterised test has the number
 * of the run in the name, and a second log of the same test the number of the log. They replace those of an earlier run.
 * Watched streams are recorded as {@link RecordedLog#record(EventStreams, StreamPath, ReadRange)} does, without secrets;
 * what a fixture played is written as it is, so that it fails again. A log that cannot be written never hides the failure.
 *
 * <p>What fixtures play on threads that the test starts itself, under a preemptive timeout for example, is not seen.
 * Safe for tests that run at the same time.
 */
public final class FailureLogs implements BeforeEachCallback, AfterEachCallback, TestExecutionExceptionHandler {
    private final Path directory;
    private final List<Supplier<RecordedLog>> watched = new CopyOnWriteArrayList<>();

    /** For {@code @ExtendWith}; as {@link #inTarget()}. */
    public FailureLogs() {
        this(buildDirectory().resolve("failed-logs"));
    }

    private FailureLogs(Path directory) {
        this.directory = directory;
    }

    /** Below {@code target}, or {@code build} where there is no pom. */
    public static FailureLogs inTarget() {
        return new FailureLogs();
    }

    /** Below another directory, which is made when it is needed. */
    public static FailureLogs in(Path directory) {
        return new FailureLogs(directory);
    }

    private static Path buildDirectory() {
        Path module = Path.of(System.getProperty("basedir", "")).toAbsolutePath();
        return module.resolve(Files.exists(module.resolve("pom.xml")) ? "target" : "build");
    }

    /**
     * Records this stream as well when a test fails, before the test's {@code @AfterEach} methods. The streams must be
     * open then.
     */
    public FailureLogs watch(EventStreams streams, StreamPath path) {
        watched.add(() -> RecordedLog.record(streams, path, ReadRange.all()));
        return this;
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        PlayedLogs.begin();
    }

    @Override
    public void afterEach(ExtensionContext context) {
        PlayedLogs.end();
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        if (!(failure instanceof TestAbortedException)) {
            FailureLogFiles files = new FailureLogFiles(directory, context);
            PlayedLogs.all().forEach(log -> name(files.write(() -> log), failure));
            watched.forEach(log -> name(files.write(log), failure));
        }
        throw failure;
    }

    private static void name(Optional<Exception> note, Throwable failure) {
        note.ifPresent(failure::addSuppressed);
    }
}
