package dev.millrace.testkit.log;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * An arguments source that runs a {@code @ParameterizedTest} once for each {@link RecordedLog} on the test class path
 * whose name matches, in the order of the names. {@link ReplayTest} combines this and {@code @ParameterizedTest}.
 *
 * <p>If a pattern matches no log, or a log cannot be read, the test fails.
 *
 * @since 0.1
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(RecordedLogArgumentsProvider.class)
public @interface RecordedLogSource {
    /**
     * Patterns of resource names, for example {@code logs/*.yaml}. {@code *} matches within one directory, {@code **}
     * also below it.
     */
    String[] value();
}
