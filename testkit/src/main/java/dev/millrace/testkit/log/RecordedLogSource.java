package dev.millrace.testkit.log;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * Gives a {@code @ParameterizedTest} every log on the test class path whose name matches, one {@link RecordedLog} an
 * invocation, in the order of their names. {@link ReplayTest} is this and the parameterised test in one.
 *
 * <p>No log that matches, and a log that cannot be read, are errors: a test that ran over nothing would prove nothing.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ArgumentsSource(RecordedLogArgumentsProvider.class)
public @interface RecordedLogSource {
    /**
     * Names of resources, {@code logs/*.yaml} for example: {@code *} is anything within a directory, {@code **} reaches below
     * it. Each pattern must match something.
     */
    String[] value();
}
