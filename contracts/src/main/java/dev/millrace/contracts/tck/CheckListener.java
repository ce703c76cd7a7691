package dev.millrace.contracts.tck;

import dev.millrace.contracts.tck.CheckResult.Result;
import dev.millrace.core.runner.Timers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.TestSource;
import org.junit.platform.engine.support.descriptor.ClassSource;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/** A JUnit listener that collects and reports a {@link CheckResult} for each test that ends. */
final class CheckListener implements TestExecutionListener {
    private final Timers timers;
    private final Consumer<CheckResult> report;
    private final List<CheckResult> checks = new ArrayList<>();
    private final Map<String, Duration> begun = new HashMap<>();
    private @Nullable TestPlan plan;

    CheckListener(Timers timers, Consumer<CheckResult> report) {
        this.timers = timers;
        this.report = report;
    }

    /** All checks so far, in the order of their ends. */
    List<CheckResult> checks() {
        return List.copyOf(checks);
    }

    @Override
    public void testPlanExecutionStarted(TestPlan testPlan) {
        plan = testPlan;
    }

    @Override
    public void executionStarted(TestIdentifier test) {
        begun.put(test.getUniqueId(), timers.elapsed());
    }

    @Override
    public void executionSkipped(TestIdentifier test, String reason) {
        add(test, Result.SKIPPED, Optional.of(reason), Optional.empty());
    }

    @Override
    public void executionFinished(TestIdentifier test, TestExecutionResult result) {
        Optional<Throwable> thrown = result.getThrowable();
        switch (result.getStatus()) {
            case SUCCESSFUL -> {
                if (test.isTest()) {
                    add(test, Result.PASSED, Optional.empty(), Optional.empty());
                }
            }
            case ABORTED ->
                add(
                        test,
                        Result.SKIPPED,
                        thrown.map(Throwable::getMessage).map(why -> why.replaceFirst("^Assumption failed: ", "")),
                        Optional.empty());
            case FAILED -> add(test, Result.FAILED, thrown.map(CheckListener::message), thrown);
        }
    }

    private void add(TestIdentifier test, Result result, Optional<String> why, Optional<Throwable> failure) {
        Duration start = begun.getOrDefault(test.getUniqueId(), timers.elapsed());
        CheckResult check = new CheckResult(
                suite(test), name(test), result, timers.elapsed().minus(start), why, failure.orElse(null));
        checks.add(check);
        report.accept(check);
    }

    private static String message(Throwable thrown) {
        return thrown instanceof AssertionError && thrown.getMessage() != null
                ? thrown.getMessage()
                : thrown.toString();
    }

    private static String suite(TestIdentifier test) {
        return test.getSource()
                .flatMap(CheckListener::checksOf)
                .flatMap(CheckSuite::of)
                .map(CheckSuite::word)
                .orElse("tck");
    }

    private static Optional<Class<?>> checksOf(TestSource source) {
        if (source instanceof MethodSource method) {
            return Optional.of(method.getJavaClass());
        }
        return source instanceof ClassSource type ? Optional.of(type.getJavaClass()) : Optional.empty();
    }

    /** The method name as a sentence; for a parameterized test, with the name of the run. */
    private String name(TestIdentifier test) {
        String sentence = CheckSuite.sentence(test.getSource()
                .filter(MethodSource.class::isInstance)
                .map(source -> ((MethodSource) source).getMethodName())
                .orElse(test.getDisplayName()));
        boolean isOneOfMany = Optional.ofNullable(plan)
                .flatMap(all -> all.getParent(test))
                .filter(parent -> parent.getSource().equals(test.getSource()))
                .isPresent();
        return isOneOfMany ? sentence + " " + test.getDisplayName().replaceAll("\\s+", " ") : sentence;
    }
}
