package dev.millrace.testkit.internal.bytecode;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * The class files that a class loader sees, by internal name. What the scan does not look into, the JDK above all, is
 * read without its code. Not safe for use by many threads.
 */
public final class ClassFileFinder {
    /** Nobody's code to judge: either it is on the deny-list, or it is as pure as what it is given. */
    private static final List<String> TRUSTED = List.of(
            "java/",
            "javax/",
            "jdk/",
            "sun/",
            "com/sun/",
            "com/fasterxml/jackson/",
            "dev/millrace/core/",
            "org/jspecify/");

    /** What every scan asks for, and no class loader has in another version. */
    private static final Map<String, Optional<ClassNode>> PLATFORM = new ConcurrentHashMap<>();

    private final @Nullable ClassLoader loader;
    private final Map<String, Optional<ClassNode>> nodes = new HashMap<>();
    private final Map<String, Set<String>> lineages = new HashMap<>();

    public ClassFileFinder(@Nullable ClassLoader loader) {
        this.loader = loader;
    }

    /** A method with a body or without, and the class that declares it. */
    record Declared(ClassNode type, MethodNode method) {
        MethodId unit() {
            return new MethodId(type.name, method.name, method.desc);
        }

        boolean has(int access) {
            return (method.access & access) != 0;
        }
    }

    public static boolean isTrusted(String name) {
        return name.startsWith("[") || TRUSTED.stream().anyMatch(name::startsWith);
    }

    /** The class, or empty when there is no such file: arrays, and what was made at run time. */
    Optional<ClassNode> find(String name) {
        Optional<ClassNode> known = nodes.get(name);
        if (known == null) {
            known = name.startsWith("java/") ? PLATFORM.computeIfAbsent(name, this::read) : read(name);
            nodes.put(name, known);
        }
        return known;
    }

    private Optional<ClassNode> read(String name) {
        String file = name + ".class";
        try (InputStream in =
                loader == null ? ClassLoader.getSystemResourceAsStream(file) : loader.getResourceAsStream(file)) {
            if (in == null) {
                return Optional.empty();
            }
            ClassNode node = new ClassNode();
            int skipped = isTrusted(name) ? ClassReader.SKIP_CODE | ClassReader.SKIP_DEBUG : ClassReader.SKIP_FRAMES;
            new ClassReader(in).accept(node, skipped);
            return Optional.of(node);
        } catch (IOException e) {
            throw new UncheckedIOException("class file cannot be read: " + file + "; " + e.getMessage(), e);
        }
    }

    /** The class and everything it extends and implements, the nearest first. */
    Set<String> lineage(String name) {
        Set<String> known = lineages.get(name);
        if (known == null) {
            known = new LinkedHashSet<>();
            for (String at = name;
                    at != null;
                    at = find(at).map(node -> node.superName).orElse(null)) {
                known.add(at);
            }
            for (String type : List.copyOf(known)) {
                find(type).ifPresent(node -> node.interfaces.forEach(above -> collect(above, lineages, name)));
            }
            known.addAll(lineages.getOrDefault(name, Set.of()));
            lineages.put(name, known);
        }
        return known;
    }

    private void collect(String type, Map<String, Set<String>> into, String of) {
        if (into.computeIfAbsent(of, key -> new LinkedHashSet<>()).add(type)) {
            find(type).ifPresent(node -> node.interfaces.forEach(above -> collect(above, into, of)));
        }
    }

    boolean isSubtype(String type, String of) {
        return lineage(type).contains(of);
    }

    /** The method that a call on a class finds; one with a body is preferred to one without. */
    Optional<Declared> resolve(String owner, String name, String descriptor) {
        Declared found = null;
        for (String type : lineage(owner)) {
            Optional<Declared> declared = declared(type, name, descriptor);
            if (declared.isPresent()
                    && (found == null || (found.has(Opcodes.ACC_ABSTRACT) && isBody(declared.get())))) {
                found = declared.get();
            }
        }
        return Optional.ofNullable(found);
    }

    private static boolean isBody(Declared declared) {
        return !declared.has(Opcodes.ACC_ABSTRACT);
    }

    /** The method of exactly this class. */
    Optional<Declared> declared(String owner, String name, String descriptor) {
        return find(owner)
                .flatMap(node -> node.methods.stream()
                        .filter(method -> method.name.equals(name) && method.desc.equals(descriptor))
                        .findFirst()
                        .map(method -> new Declared(node, method)));
    }

    /** What a class implements of the JDK's interfaces, so that the JDK may call it. */
    List<Declared> callbacks(String type) {
        List<Declared> callbacks = new ArrayList<>();
        for (String above : lineage(type)) {
            if (isTrusted(above) && has(above, Opcodes.ACC_INTERFACE)) {
                find(above).stream()
                        .flatMap(node -> node.methods.stream())
                        .flatMap(method -> resolve(type, method.name, method.desc).stream())
                        .filter(target -> !target.has(Opcodes.ACC_STATIC))
                        .forEach(callbacks::add);
            }
        }
        return callbacks;
    }

    /** Everything that a sealed class or interface permits, and what that permits. */
    Set<String> permitted(String type) {
        Set<String> all = new LinkedHashSet<>();
        Deque<String> open = new ArrayDeque<>(List.of(type));
        while (!open.isEmpty()) {
            find(open.remove())
                    .map(node -> node.permittedSubclasses)
                    .ifPresent(
                            subclasses -> subclasses.stream().filter(all::add).forEach(open::add));
        }
        return all;
    }

    boolean has(String type, int access) {
        return find(type).filter(node -> (node.access & access) != 0).isPresent();
    }
}
