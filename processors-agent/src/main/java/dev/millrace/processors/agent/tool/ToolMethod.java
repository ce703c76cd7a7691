package dev.millrace.processors.agent.tool;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method that is a tool; see {@link Tool#allOf}. Its parameters are a record of arguments and, if it needs one, a
 * {@link ToolCall}. {@link Description} on the method, or on the record, describes the tool.
 *
 * @since 0.1
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface ToolMethod {
    /** The name of the tool; by default the name of the method. */
    String name() default "";

    /** What a second call may do. */
    SideEffect effect() default SideEffect.ONCE;

    /** The longest time of a call in ISO-8601, positive. */
    String within() default "PT60S";

    /** The highest number of calls at the same time in this process; 0 for no limit of the tool's own. */
    int parallel() default 0;

    /** Whether each call waits for an approval. */
    boolean approval() default false;
}
