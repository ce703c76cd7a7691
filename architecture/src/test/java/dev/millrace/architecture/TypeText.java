package dev.millrace.architecture;

import java.lang.reflect.AnnotatedArrayType;
import java.lang.reflect.AnnotatedParameterizedType;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.AnnotatedTypeVariable;
import java.lang.reflect.AnnotatedWildcardType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Types as a source writes them: types of the JDK by their simple name, others in full, with {@code @Nullable} where it
 * is. Reads the same on every JDK, which {@link Type#getTypeName()} does not promise.
 */
final class TypeText {
    private TypeText() {}

    static String of(AnnotatedType type) {
        if (type instanceof AnnotatedArrayType array) {
            return of(array.getAnnotatedGenericComponentType()) + (isNullable(array) ? " @Nullable []" : "[]");
        }
        return (isNullable(type) ? "@Nullable " : "") + plain(type);
    }

    static String list(AnnotatedType... types) {
        return Arrays.stream(types).map(TypeText::of).collect(Collectors.joining(", "));
    }

    /** A class without its type arguments. */
    static String of(Class<?> type) {
        String name = type.isArray() ? of(type.getComponentType()) + "[]" : type.getCanonicalName();
        String packageName = type.getPackageName();
        return packageName.startsWith("java.") && name.startsWith(packageName + ".")
                ? name.substring(packageName.length() + 1)
                : name;
    }

    /** A declaration of type variables with their bounds, such as {@code <T extends Number>}; empty without any. */
    static String variables(TypeVariable<?>... variables) {
        if (variables.length == 0) {
            return "";
        }
        return Arrays.stream(variables)
                .map(variable -> variable.getName() + bounds(" extends ", variable.getAnnotatedBounds()))
                .collect(Collectors.joining(", ", "<", ">"));
    }

    /** The text without the name of this package in front of types. */
    static String within(String packageName, String text) {
        return text.replaceAll("\\b" + packageName.replace(".", "\\.") + "\\.(?=[A-Z])", "");
    }

    private static String plain(AnnotatedType type) {
        if (type instanceof AnnotatedParameterizedType parameterized) {
            return raw(parameterized) + "<" + list(parameterized.getAnnotatedActualTypeArguments()) + ">";
        }
        if (type instanceof AnnotatedWildcardType wildcard) {
            return "?"
                    + bounds(" super ", wildcard.getAnnotatedLowerBounds())
                    + bounds(" extends ", wildcard.getAnnotatedUpperBounds());
        }
        if (type instanceof AnnotatedTypeVariable variable) {
            return variable.getType().getTypeName();
        }
        return of((Class<?>) type.getType());
    }

    private static String raw(AnnotatedParameterizedType type) {
        return of((Class<?>) ((ParameterizedType) type.getType()).getRawType());
    }

    private static String bounds(String keyword, AnnotatedType... bounds) {
        List<String> texts = Stream.of(bounds)
                .map(TypeText::of)
                .filter(text -> !text.equals("Object"))
                .toList();
        return texts.isEmpty() ? "" : keyword + String.join(" & ", texts);
    }

    private static boolean isNullable(AnnotatedType type) {
        return type.isAnnotationPresent(Nullable.class);
    }
}
