package dev.millrace.core;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.immutables.value.Value;

/**
 * The style of the generated Immutables values: the implementation is package-private, is named {@code Immutable*}, and
 * depends only on the JDK. Users see the annotated type, its builder and its static factories.
 *
 * @since 0.1
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
