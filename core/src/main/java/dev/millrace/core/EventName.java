package dev.millrace.core;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * The event type under which a payload class is written to the log, for example {@code "user-said"}.
 *
 * @since 0.1
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventName {
    /** The type: 1 to 2048 characters, trimmed, free-form. We suggest kebab-case in the past tense. */
    String value();

    /**
     * Other names that mean the same type on input; none by default. Each is a complete type. Exception: if {@link
     * #value()} begins with {@code https://events.iterate.com/events/stream/}, an alias that does not begin with {@code
     * events.iterate.com/} is read after each prefix of {@link EventType}.
     */
    String[] aliases() default {};
}
