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
 * A cache of the class files of a class loader, by internal name. Trusted classes are read without their code. Not
 * thread-safe.
 */
public final class ClassFileFinder {
    /** Packages whose code is not scanned: it is on the deny-list, or as pure as its arguments. */
    private static final List<String> TRUSTED = List.of(
            "java/",
            "javax/",
            "jdk/",
            "sun/",
            "com/sun/",
            "com/fasterxml/jackson/",
            "dev/millrace/core/",
            "org/jspecify/");

    /** Classes of the JDK, which are the same for every class loader. */
    private static final Map<String, Optional<ClassNode>> PLATFORM = new ConcurrentHashMap<>();

    private final @Nullable ClassLoader loader;
    private final Map<String, Optional<ClassNode>> nodes = new HashMap<>();
    private final Map<String, Set<String>> lineages = new HashMap<>();

    public ClassFileFinder(@Nullable ClassLoader loader) {
        this.loader = loader;
    }

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

    /** The class; empty for arrays and for classes that were created at run time. */
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

    /** The class and all its supertypes, the nearest first. */
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
                addInterfaces(type, known);
            }
            lineages.put(name, known);
        }
        return known;
    }

    private void addInterfaces(String type, Set<String> into) {
        for (String above : find(type).map(node -> node.interfaces).orElse(List.of())) {
            if (into.add(above)) {
                addInterfaces(above, into);
            }
        }
    }

    boolean isSubtype(String type, String of) {
        return lineage(type).contains(of);
    }

    /** The method that a call on a class selects; a method with a body is preferred. */
    Optional<Declared> resolve(String owner, String name, String descriptor) {
        Declared found = null;
        for (String type : lineage(owner)) {
            Optional<Declared> declared = declared(type, name, descriptor);
            if (declared.isPresent()
                    && (found == null
                            || (found.has(Opcodes.ACC_ABSTRACT)
                                    && !declared.get().has(Opcodes.ACC_ABSTRACT)))) {
                found = declared.get();
            }
        }
        return Optional.ofNullable(found);
    }

    /** The method that exactly this class declares. */
    Optional<Declared> declared(String owner, String name, String descriptor) {
        return find(owner)
                .flatMap(node -> node.methods.stream()
                        .filter(method -> method.name.equals(name) && method.desc.equals(descriptor))
                        .findFirst()
                        .map(method -> new Declared(node, method)));
    }

    /** The methods of a class that implement JDK interfaces, so the JDK may call them. */
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

    /** All direct and indirect permitted subclasses of a sealed type. */
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
