package dev.millrace.testkit.log;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * A test that runs once for every recorded log that matches. Each run has the name of its file:
 *
 * <pre>{@code
 * @ReplayTest("logs/*.yaml")
 * void should_be_pure(RecordedLog log) {
 *     assertThat(new ChatProcessor(llm)).isPureOver(log);
 * }
 * }</pre>
 *
 * <p>A new log in the same directory is tested without a change of the test. If a pattern matches no log, the test
 * fails, as with {@link RecordedLogSource}. At the end, a report entry {@code millrace.replay} and a log line say how
 * many logs passed and which failed.
 * @since 0.1
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@ParameterizedTest(name = "{0}")
@ArgumentsSource(RecordedLogArgumentsProvider.class)
@ExtendWith(ReplaySummaryInterceptor.class)
public @interface ReplayTest {
    /** As {@link RecordedLogSource#value()}. */
    String[] value();

    /** Whether to stop after the first log that fails. By default, all logs run and every failure is reported. */
    boolean failFast() default false;
}
