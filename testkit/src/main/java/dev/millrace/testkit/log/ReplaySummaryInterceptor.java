package dev.millrace.testkit.log;

import java.lang.System.Logger.Level;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.InvocationInterceptor;
import org.junit.jupiter.api.extension.ReflectiveInvocationContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.opentest4j.TestAbortedException;

/**
 * A JUnit interceptor of {@link ReplayTest}: it counts and reports the results, and stops early with {@code failFast}.
 */
final class ReplaySummaryInterceptor implements InvocationInterceptor {
    private static final System.Logger LOG = System.getLogger("dev.millrace.testkit");

    /** The results of one replay; JUnit closes it after the last log. */
    private static final class Tally implements AutoCloseable {
        private final ExtensionContext replay;
        private final List<String> failed = new ArrayList<>();
        private int passed;
        private int skipped;

        Tally(ExtensionContext replay) {
            this.replay = replay;
        }

        @Override
        public synchronized void close() {
            int logs = passed + skipped + failed.size();
            String summary = replay.getRequiredTestMethod().getName() + ": " + logs + (logs == 1 ? " log, " : " logs, ")
                    + passed + " passed, " + failed.size() + " failed" + (failed.isEmpty() ? "" : " " + failed)
                    + (skipped == 0 ? "" : ", " + skipped + " not replayed");
            replay.publishReportEntry("millrace.replay", summary);
            LOG.log(failed.isEmpty() ? Level.INFO : Level.WARNING, summary);
        }

        synchronized void pass() {
            passed++;
        }

        synchronized void fail(String log) {
            failed.add(log);
        }

        /** Counts a log as not replayed and returns true, if an earlier log failed. */
        synchronized boolean skip() {
            if (failed.isEmpty()) {
                return false;
            }
            skipped++;
            return true;
        }

        synchronized String firstFailure() {
            return failed.get(0);
        }
    }

    @Override
    public void interceptTestTemplateMethod(
            Invocation<Void> invocation, ReflectiveInvocationContext<Method> method, ExtensionContext context)
            throws Throwable {
        ExtensionContext replay = context.getParent().orElse(context);
        Tally tally = replay.getStore(Namespace.create(ReplaySummaryInterceptor.class))
                .getOrComputeIfAbsent(Tally.class, type -> new Tally(replay), Tally.class);
        boolean failFast = AnnotationSupport.findAnnotation(method.getExecutable(), ReplayTest.class)
                .filter(ReplayTest::failFast)
                .isPresent();
        if (failFast && tally.skip()) {
            invocation.skip();
            throw new TestAbortedException(
                    "not replayed: " + tally.firstFailure() + " failed before it, and failFast is set");
        }
        try {
            invocation.proceed();
            tally.pass();
        } catch (TestAbortedException aborted) {
            tally.pass();
            throw aborted;
        } catch (Throwable failure) {
            tally.fail(context.getDisplayName());
            throw failure;
        }
    }
}
