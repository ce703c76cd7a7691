package dev.millrace.testkit;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.extension.ExtensionContext;

/** The files of one failed test. */
final class FailureLogFiles {
    private static final Pattern RUN = Pattern.compile("-(?:invocation|template-invocation):#([0-9]+)]");
    private static final Pattern UNSAFE = Pattern.compile("[^A-Za-z0-9_$.-]");

    private final Path directory;
    private final String test;
    private int count;

    FailureLogFiles(Path directory, ExtensionContext context) {
        this.directory = directory.resolve(safe(context.getRequiredTestClass().getName()));
        this.test = safe(context.getRequiredTestMethod().getName()) + run(context.getUniqueId());
    }

    private static String safe(String name) {
        return UNSAFE.matcher(name).replaceAll("_");
    }

    /** The numbers of a parameterised or repeated test's run. */
    private static String run(String uniqueId) {
        StringBuilder runs = new StringBuilder();
        Matcher run = RUN.matcher(uniqueId);
        while (run.find()) {
            runs.append('-').append(run.group(1));
        }
        return runs.toString();
    }

    /** Writes a log, and says where it is, or why it is not; empty when the log is. */
    Optional<Exception> write(Supplier<RecordedLog> source) {
        try {
            RecordedLog log = source.get();
            if (log.events().isEmpty()) {
                return Optional.empty();
            }
            count++;
            Path file = directory.resolve(test + (count > 1 ? "." + count : "") + ".yaml");
            log.writeTo(file);
            return Optional.of(new Written(log.events().size() + " events of "
                    + log.events().get(0).path() + " are in " + file.toAbsolutePath()
                    + "; read it, and move it to src/test/resources/logs to replay it"));
        } catch (RuntimeException e) {
            return Optional.of(
                    new IllegalStateException("the log of the failed test was not written: " + e.getMessage(), e));
        }
    }

    /** Not a failure but a note on one, without a stack trace of its own. */
    private static final class Written extends Exception {
        private static final long serialVersionUID = 1L;

        Written(String message) {
            super("log of the failed test: " + message, null, false, false);
        }
    }
}
