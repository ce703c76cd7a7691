package dev.millrace.core;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The event type under which a payload class is written to the log, for example {@code "user-said"}. */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
public @interface EventName {
    /** The type: 1 to 2048 characters, trimmed. Free-form; kebab-case in the past tense reads best. */
    String value();
}
