package dev.millrace.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test that runs once for every recorded log that matches, each run named after its file:
 *
 * <pre>{@code
 * @ReplayTest("logs/*.yaml")
 * void should_be_pure(RecordedLog log) {
 *     assertThat(new ChatProcessor(llm)).isPureOver(log);
 * }
 * }</pre>
 *
 * <p>A log that is put beside the others is tested without another line. As with {@link RecordedLogs}, no log that matches
 * is an error.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(RecordedLogArguments.class)
public @interface ReplayTest {
    /** As {@link RecordedLogs#value()}. */
    String[] value();
}
