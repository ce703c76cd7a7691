package dev.millrace.contracts.tck;

import dev.millrace.contracts.tck.CheckResult.Result;
import dev.millrace.core.runner.Timers;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.spi.ToolProvider;
import org.junit.platform.engine.discovery.ClassSelector;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/**
 * A tool that checks a service over HTTP: {@code URL [--token TOKEN] [--only SUITE,...] [--junit-report FILE]
 * [--heartbeat SECONDS]}. It prints a line for each check and a summary. Exit code 0: no check failed; 1: a check
 * failed or the service does not answer; 2: wrong arguments. It skips checks that need a restart of the service or
 * special settings. It appends to streams below {@code /test} and to the root, and does not delete them. Safe for use
 * by many threads.
 *
 * @since 0.1
 */
public final class TckTool implements ToolProvider {
    /** The name of the tool for {@link ToolProvider}. */
    public static final String NAME = "millrace-tck";

    private final Timers timers = Timers.system();

    /** For the service loader. */
    public TckTool() {}

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public int run(PrintWriter out, PrintWriter err, String... args) {
        TckOptions arguments;
        try {
            arguments = TckOptions.parse(List.of(args));
        } catch (IllegalArgumentException e) {
            err.println("tck: " + e.getMessage());
            return 2;
        }
        try (ServiceUnderTest target =
                ServiceUnderTest.set(arguments.service(), arguments.heartbeat(), arguments.token())) {
            Optional<String> silence = target.silence();
            if (silence.isPresent()) {
                err.println("tck: no answer: " + arguments.service() + "; " + silence.get()
                        + "; start the service, or correct the URL");
                return 1;
            }
            return check(arguments, out);
        } catch (IOException e) {
            err.println("tck: " + e);
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            err.println("tck: interrupted");
            return 1;
        }
    }

    private int check(TckOptions arguments, PrintWriter out) throws IOException {
        CheckListener listener = new CheckListener(timers, check -> {
            out.println(check.inLines());
            out.flush();
        });
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                // the checks run one at a time, even if the JUnit settings of the caller differ
                .enableImplicitConfigurationParameters(false)
                .selectors(arguments.suites().stream()
                        .flatMap(suite -> suite.checks().stream())
                        .map(DiscoverySelectors::selectClass)
                        .toArray(ClassSelector[]::new))
                .build();
        Duration start = timers.elapsed();
        LauncherFactory.create().execute(request, listener);
        List<CheckResult> checks = listener.checks();
        if (arguments.report().isPresent()) {
            new JunitReport(checks).writeTo(arguments.report().get());
        }
        long failed = count(checks, Result.FAILED);
        out.printf(
                Locale.ROOT,
                "%s: %d checks, %d passed, %d failed, %d skipped in %.1f s%n",
                arguments.service(),
                checks.size(),
                count(checks, Result.PASSED),
                failed,
                count(checks, Result.SKIPPED),
                timers.elapsed().minus(start).toMillis() / 1000.0);
        out.flush();
        return failed == 0 && !checks.isEmpty() ? 0 : 1;
    }

    private static long count(List<CheckResult> checks, Result result) {
        return checks.stream().filter(check -> check.result() == result).count();
    }
}
