package dev.millrace.core;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.immutables.value.Value;

/**
 * How every Immutables value of this project is generated: the implementation is package-private, named {@code
 * Immutable*}, and depends on nothing but the JDK. Users meet only the annotated type, its builder and its static
 * factories.
 */
@Target({ElementType.TYPE, ElementType.PACKAGE})
@Retention(RetentionPolicy.SOURCE)
@Value.Style(
        jdkOnly = true,
        typeImmutable = "Immutable*",
        visibility = Value.Style.ImplementationVisibility.PACKAGE,
        overshadowImplementation = true,
        depluralize = true,
        nullableAnnotation = "org.jspecify.annotations.Nullable")
public @interface MillraceStyle {}
