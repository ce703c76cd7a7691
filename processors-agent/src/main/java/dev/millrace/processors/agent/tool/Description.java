package dev.millrace.processors.agent.tool;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What a model reads about the arguments of a tool: on a component of a record, about this argument; on a record, about
 * the tool, or about a nested object; on a {@link ToolMethod}, about the tool.
 *
 * @since 0.1
 */
@Documented
@Target({ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Description {
    /** The text. */
    String value();
}
