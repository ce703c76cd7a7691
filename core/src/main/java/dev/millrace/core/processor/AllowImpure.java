package dev.millrace.core.processor;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Excludes a method or a class from the testkit's bytecode scan. Use it for code that calls something that a reducer
 * must not call, but without harm. The tests that compare states still run.
 *
 * @since 0.1
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.TYPE})
public @interface AllowImpure {
    /** The reason why it does no harm, for readers of the code; not blank. */
    String value();
}
