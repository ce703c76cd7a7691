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
 * A test that runs once for every recorded log that matches, each run named after its file:
 *
 * <pre>{@code
 * @ReplayTest("logs/*.yaml")
 * void should_be_pure(RecordedLog log) {
 *     assertThat(new ChatProcessor(llm)).isPureOver(log);
 * }
 * }</pre>
 *
 * <p>A log that is put beside the others is tested without another line. As with {@link RecordedLogSource}, no log that matches
 * is an error.
 *
 * <p>At the end the outcome is said in one line, as a report entry {@code millrace.replay} and in the log: how many logs passed,
 * and which failed.
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

    /** Whether the first log that fails is the last one that is replayed; by default all are, and every failure is told. */
    boolean failFast() default false;
}
