package dev.millrace.testkit.internal.bytecode;

import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.internal.state.InitialStateOverride;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;

/**
 * The fingerprint of a reducer: a short hash for each of its methods, and for each method of the same module that it
 * calls. Compilers of all JDKs give the same fingerprint for the same source and {@code --release}.
 *
 * @param version the processor's version
 * @param methods the hash of each method, by name with class and parameters, sorted
 */
public record ReducerFingerprint(int version, Map<String, String> methods) {
    private static final int HASH_LENGTH = 16;

    public static ReducerFingerprint of(Processor<?> processor) {
        Object subject = processor instanceof InitialStateOverride<?> seeded ? seeded.delegate() : processor;
        return of(subject.getClass(), processor.version());
    }

    /** The fingerprint of the reducer of this class, from the class files of its loader. */
    public static ReducerFingerprint of(Class<?> type, int version) {
        return new ReducerFingerprint(version, new Walk(type).methods());
    }

    /** A traversal of the reducer and of the methods of its module that it calls. */
    private static final class Walk {
        private final Class<?> type;
        private final ClassFileFinder classes;
        private final String module;
        private final Set<MethodId> seen = new LinkedHashSet<>();
        private final Deque<ClassFileFinder.Declared> pending = new ArrayDeque<>();
        private final Set<String> made = new LinkedHashSet<>();
        private final List<MethodId> dispatches = new ArrayList<>();

        Walk(Class<?> type) {
            this.type = type;
            this.classes = new ClassFileFinder(type.getClassLoader());
            this.module = location(Type.getInternalName(type)).orElse("");
        }

        private Optional<String> location(String name) {
            @Nullable ClassLoader loader = type.getClassLoader();
            String file = name + ".class";
            @Nullable URL url = loader == null ? ClassLoader.getSystemResource(file) : loader.getResource(file);
            return Optional.ofNullable(url)
                    .map(URL::toString)
                    .map(text -> text.substring(0, text.length() - file.length()));
        }

        Map<String, String> methods() {
            ReducerScanner.reducers(Type.getInternalName(type), classes).forEach(this::enter);
            NormalizedMethodText text = new NormalizedMethodText(classes);
            Map<String, String> methods = new TreeMap<>();
            while (!pending.isEmpty()) {
                ClassFileFinder.Declared declared = pending.remove();
                walk(declared);
                MethodId unit = declared.unit();
                if (!NormalizedMethodText.isLambda(declared.method())) {
                    String parameters = unit.name().equals("<clinit>") ? "" : "(" + unit.parameters() + ")";
                    methods.put(unit.inWords() + parameters, hash(text.of(declared)));
                }
            }
            return methods;
        }

        private static String hash(String text) {
            try {
                byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
                return HexFormat.of().formatHex(digest).substring(0, HASH_LENGTH);
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("every JDK has SHA-256", e);
            }
        }

        private void enter(ClassFileFinder.Declared declared) {
            String owner = declared.type().name;
            if (!ClassFileFinder.isTrusted(owner)
                    && !declared.has(Opcodes.ACC_ABSTRACT)
                    && location(owner).filter(module::equals).isPresent()
                    && seen.add(declared.unit())) {
                pending.add(declared);
            }
        }

        private void walk(ClassFileFinder.Declared declared) {
            for (AbstractInsnNode at : declared.method().instructions) {
                if (at instanceof MethodInsnNode call) {
                    call(call.owner, call.name, call.desc);
                } else if (at instanceof FieldInsnNode field && field.getOpcode() == Opcodes.GETSTATIC) {
                    constant(field);
                } else if (at instanceof TypeInsnNode created && created.getOpcode() == Opcodes.NEW) {
                    make(created.desc);
                } else if (at instanceof InvokeDynamicInsnNode dynamic) {
                    for (Object argument : dynamic.bsmArgs) {
                        if (argument instanceof Handle handle && handle.getTag() >= Opcodes.H_INVOKEVIRTUAL) {
                            if (handle.getTag() == Opcodes.H_NEWINVOKESPECIAL) {
                                make(handle.getOwner());
                            }
                            call(handle.getOwner(), handle.getName(), handle.getDesc());
                        }
                    }
                }
            }
        }

        private void call(String owner, String name, String descriptor) {
            MethodId called =
                    new MethodId(NormalizedMethodText.receiver(owner, name + descriptor, classes), name, descriptor);
            classes.resolve(called.owner(), called.name(), called.descriptor()).ifPresent(this::enter);
            if (ClassFileFinder.isTrusted(called.owner()) || called.name().equals("<init>")) {
                return;
            }
            dispatches.add(called);
            List.copyOf(made).forEach(each -> dispatch(called, each));
            classes.permitted(called.owner()).forEach(each -> dispatch(called, each));
        }

        private void dispatch(MethodId called, String receiver) {
            if (classes.isSubtype(receiver, called.owner())) {
                classes.resolve(receiver, called.name(), called.descriptor()).ifPresent(this::enter);
            }
        }

        private void make(String created) {
            if (!ClassFileFinder.isTrusted(created) && made.add(created)) {
                List.copyOf(dispatches).forEach(called -> dispatch(called, created));
                classes.callbacks(created).forEach(this::enter);
            }
        }

        /**
         * Enters the static initialiser that computes a constant; not for enum members and generated arrays of
         * switches.
         */
        private void constant(FieldInsnNode read) {
            classes.find(read.owner)
                    .filter(owner -> owner.fields.stream()
                            .anyMatch(field -> field.name.equals(read.name)
                                    && (field.access & (Opcodes.ACC_SYNTHETIC | Opcodes.ACC_ENUM)) == 0))
                    .flatMap(owner -> classes.declared(owner.name, "<clinit>", "()V"))
                    .ifPresent(this::enter);
        }
    }
}
