package dev.millrace.testkit;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/**
 * Checks the reducer of every {@link ProcessorFixture} that a test makes when the test is over, instead of at its first
 * {@code then}: what the test asserts is reported first, and a fixture that was never played is played.
 *
 * <p>Fixtures check themselves without it. It is on for a class with {@code @ExtendWith(PurityExtension.class)}, and for
 * all of them with {@code junit.jupiter.extensions.autodetection.enabled=true}. {@link WithoutPurityCheck} turns the check
 * off for a test. Fixtures have to be made on the test's own thread, in {@code @BeforeEach} or in the test itself. Safe
 * for tests that run in parallel.
 */
public final class PurityExtension implements BeforeEachCallback, AfterEachCallback {
    /** For JUnit. */
    public PurityExtension() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        Optional<WithoutPurityCheck> off =
                AnnotationSupport.findAnnotation(context.getElement(), WithoutPurityCheck.class);
        if (off.isEmpty()) {
            off = AnnotationSupport.findAnnotation(context.getTestClass(), WithoutPurityCheck.class);
        }
        off.ifPresent(annotation -> {
            if (annotation.value().isBlank()) {
                throw new IllegalStateException(
                        "@WithoutPurityCheck on " + context.getDisplayName() + " says no reason; say why");
            }
        });
        FixtureWatch.begin(off.isEmpty());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        Optional<Throwable> failure = context.getExecutionException();
        List<AssertionError> problems = FixtureWatch.end(failure.isPresent());
        if (problems.isEmpty()) {
            return;
        }
        if (failure.isPresent()) {
            problems.forEach(failure.get()::addSuppressed);
            return;
        }
        AssertionError first = problems.get(0);
        problems.subList(1, problems.size()).forEach(first::addSuppressed);
        throw first;
    }
}
