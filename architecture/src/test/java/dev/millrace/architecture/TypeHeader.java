package dev.millrace.architecture;

import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How a type is declared: modifiers, name, type variables, components of a record, and the types above it that users
 * can name.
 */
final class TypeHeader {
    private final Class<?> type;
    private final Predicate<Class<?>> isApi;

    TypeHeader(Class<?> type, Predicate<Class<?>> isApi) {
        this.type = type;
        this.isApi = isApi;
    }

    String text() {
        String declared = TypeText.variables(type.getTypeParameters()) + components();
        String clauses = Stream.of(supertypes(), permitted())
                .filter(clause -> !clause.isEmpty())
                .map(clause -> " " + clause)
                .collect(Collectors.joining());
        return modifiers()
                + " "
                + kind()
                + " "
                + type.getCanonicalName()
                + TypeText.within(type.getPackageName(), declared + clauses);
    }

    /** The type, and every type above it that users cannot name. */
    List<Class<?>> declaringTypes() {
        List<Class<?>> declaring = new ArrayList<>(List.of(type));
        for (int i = 0; i < declaring.size(); i++) {
            Class<?> next = declaring.get(i);
            Stream.concat(Stream.ofNullable(next.getSuperclass()), Arrays.stream(next.getInterfaces()))
                    .filter(above -> !isNamed(above) && !declaring.contains(above))
                    .forEach(declaring::add);
        }
        return declaring;
    }

    /** Whether a class of a user can extend it, and so use what is protected. */
    boolean isExtensible() {
        return !Modifier.isFinal(type.getModifiers())
                && !type.isSealed()
                && (type.isInterface()
                        || Arrays.stream(type.getDeclaredConstructors())
                                .mapToInt(constructor -> constructor.getModifiers())
                                .anyMatch(
                                        modifiers -> Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers)));
    }

    private String modifiers() {
        int implied = type.isInterface() || type.isEnum() || type.isRecord()
                ? Modifier.ABSTRACT | Modifier.FINAL | Modifier.STATIC
                : 0;
        String text = MemberText.modifiers(type.getModifiers() & ~implied);
        return isSealed() ? text + " sealed" : text;
    }

    /** The compiler seals an enum by itself if a constant has a body. */
    private boolean isSealed() {
        return type.isSealed() && !type.isEnum();
    }

    private String kind() {
        if (type.isAnnotation()) {
            return "@interface";
        }
        return type.isInterface() ? "interface" : type.isEnum() ? "enum" : type.isRecord() ? "record" : "class";
    }

    private String components() {
        return type.isRecord()
                ? Arrays.stream(type.getRecordComponents())
                        .map(component -> TypeText.of(component.getAnnotatedType()) + " " + component.getName())
                        .collect(Collectors.joining(", ", "(", ")"))
                : "";
    }

    private String supertypes() {
        Set<String> classes = new TreeSet<>();
        Set<String> interfaces = new TreeSet<>();
        for (Class<?> declaring : declaringTypes()) {
            AnnotatedType superclass = declaring.getAnnotatedSuperclass();
            if (superclass != null && declaring.getSuperclass() != null && isNamed(declaring.getSuperclass())) {
                classes.add(TypeText.of(superclass));
            }
            AnnotatedType[] above = declaring.getAnnotatedInterfaces();
            for (int i = 0; i < above.length; i++) {
                if (isNamed(declaring.getInterfaces()[i])) {
                    interfaces.add(TypeText.of(above[i]));
                }
            }
        }
        classes.removeAll(Set.of("Object", "Record", "Enum<" + type.getCanonicalName() + ">"));
        interfaces.remove("Annotation");
        return Stream.of(
                        clause("extends ", classes),
                        clause(type.isInterface() ? "extends " : "implements ", interfaces))
                .filter(clause -> !clause.isEmpty())
                .collect(Collectors.joining(" "));
    }

    private String permitted() {
        return isSealed()
                ? clause(
                        "permits ",
                        Arrays.stream(type.getPermittedSubclasses())
                                .filter(isApi)
                                .map(TypeText::of)
                                .collect(Collectors.toCollection(TreeSet::new)))
                : "";
    }

    private static String clause(String keyword, Set<String> types) {
        return types.isEmpty() ? "" : keyword + String.join(", ", types);
    }

    private boolean isNamed(Class<?> above) {
        return !above.getName().startsWith("dev.millrace.") || isApi.test(above);
    }
}
