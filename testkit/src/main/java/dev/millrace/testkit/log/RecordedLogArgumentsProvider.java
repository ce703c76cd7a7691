package dev.millrace.testkit.log;

import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.ArgumentsProvider;
import org.junit.jupiter.params.support.ParameterDeclarations;
import org.junit.platform.commons.support.AnnotationSupport;

/** A JUnit arguments provider for the logs that {@link ReplayTest} or {@link RecordedLogSource} names. */
final class RecordedLogArgumentsProvider implements ArgumentsProvider {
    @Override
    public Stream<? extends Arguments> provideArguments(ParameterDeclarations parameters, ExtensionContext context) {
        ClassLoader own = context.getRequiredTestClass().getClassLoader();
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        RecordedLogFinder files = new RecordedLogFinder(loader != null ? loader : own);
        return Arrays.stream(patterns(context.getRequiredTestMethod()))
                .flatMap(pattern -> files.matching(pattern).stream())
                .distinct()
                .map(name -> Arguments.of(Named.of(name, RecordedLog.readResource(name))));
    }

    private static String[] patterns(AnnotatedElement method) {
        Optional<String[]> patterns =
                AnnotationSupport.findAnnotation(method, ReplayTest.class).map(ReplayTest::value);
        return patterns.or(() -> AnnotationSupport.findAnnotation(method, RecordedLogSource.class)
                        .map(RecordedLogSource::value))
                .orElseThrow(() -> new IllegalStateException(
                        "no log pattern: " + method + "; annotate it with @ReplayTest or @RecordedLogs"));
    }
}
