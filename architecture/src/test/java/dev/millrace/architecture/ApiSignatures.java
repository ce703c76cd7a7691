package dev.millrace.architecture;

import java.lang.reflect.Constructor;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * What users can compile against, as text: a line for each public type, and below it an indented line for each of its
 * public and protected fields, constructors and methods, all sorted by name. Left out is what the compiler derives from
 * the header of a record or an enum, and every {@code equals}, {@code hashCode} and {@code toString}.
 *
 * <p>A public type may extend a type that users cannot name. The members of that type are listed with the public type.
 */
final class ApiSignatures {
    /** What a line of a member begins with. */
    static final String INDENT = "    ";

    private final Class<?> type;
    private final TypeHeader header;

    private ApiSignatures(Class<?> type, Predicate<Class<?>> isApi) {
        this.type = type;
        this.header = new TypeHeader(type, isApi);
    }

    /** The lines for those of the types that users can name. Initialises no class. */
    static Stream<String> of(Collection<Class<?>> types, Predicate<Class<?>> isApi) {
        return types.stream()
                .filter(isApi)
                .sorted(Comparator.comparing(Class::getCanonicalName))
                .flatMap(type -> new ApiSignatures(type, isApi).lines());
    }

    private Stream<String> lines() {
        Map<String, String> fields = new TreeMap<>();
        Map<String, String> constructors = new TreeMap<>();
        Map<String, String> methods = new TreeMap<>();
        listed(type.getDeclaredConstructors())
                .filter(constructor -> !isCanonical(constructor))
                .map(MemberText::of)
                .forEach(text -> constructors.put(text, text));
        for (Class<?> declaring : header.declaringTypes()) {
            listed(declaring.getDeclaredFields())
                    .forEach(field -> fields.putIfAbsent(field.getName(), MemberText.of(field)));
            listed(declaring.getDeclaredMethods())
                    .filter(method -> !method.isBridge() && !isDerived(method))
                    .forEach(
                            method -> methods.putIfAbsent(MemberText.nameAndParameters(method), MemberText.of(method)));
        }
        return Stream.concat(
                Stream.of(header.text()),
                Stream.of(fields, constructors, methods)
                        .flatMap(members -> members.values().stream())
                        .map(member -> INDENT + TypeText.within(type.getPackageName(), member)));
    }

    private <M extends Member> Stream<M> listed(M[] members) {
        return Arrays.stream(members)
                .filter(member -> !member.isSynthetic())
                .filter(member -> Modifier.isPublic(member.getModifiers())
                        || (Modifier.isProtected(member.getModifiers()) && header.isExtensible()));
    }

    private boolean isCanonical(Constructor<?> constructor) {
        return type.isRecord()
                && Arrays.equals(
                        constructor.getParameterTypes(),
                        components().map(RecordComponent::getType).toArray());
    }

    private boolean isDerived(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return switch (method.getName()) {
            case "equals" -> Arrays.equals(parameters, new Class<?>[] {Object.class});
            case "hashCode", "toString" -> parameters.length == 0;
            case "values" -> type.isEnum() && parameters.length == 0;
            case "valueOf" -> type.isEnum() && Arrays.equals(parameters, new Class<?>[] {String.class});
            default ->
                parameters.length == 0
                        && components()
                                .anyMatch(component -> component.getName().equals(method.getName()));
        };
    }

    private Stream<RecordComponent> components() {
        return type.isRecord() ? Arrays.stream(type.getRecordComponents()) : Stream.empty();
    }
}
