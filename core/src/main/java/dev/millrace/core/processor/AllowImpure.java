package dev.millrace.core.processor;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Tells the testkit's bytecode scan not to look into this method, or into any of this class: it calls something that a
 * reducer must not, and does no harm. Nothing else changes; the folds that compare states are made all the same.
 */
@Documented
@Retention(RetentionPolicy.CLASS)
@Target({ElementType.METHOD, ElementType.CONSTRUCTOR, ElementType.TYPE})
public @interface AllowImpure {
    /** Why it does no harm, for whoever reads the code; not blank. */
    String value();
}
