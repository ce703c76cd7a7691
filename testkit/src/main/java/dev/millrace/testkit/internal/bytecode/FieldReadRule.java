package dev.millrace.testkit.internal.bytecode;

import dev.millrace.testkit.internal.bytecode.ValueOrigin.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.ClassNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.FieldNode;
import org.objectweb.asm.tree.MethodNode;

/**
 * A rule for the shared fields that a reducer may read: a field must be set by its constructor or static initialiser,
 * not to the result of an impure call, and must never change later. The rule scans all classes of the same source file.
 * Not thread-safe.
 */
final class FieldReadRule {
    private final ClassFileFinder classes;
    private final DenyList denied;
    private final MutationRule mutation;
    private final MethodFlowAnalyzer flow;
    private final Set<String> surveyed = new HashSet<>();
    private final Set<Place> changed = new HashSet<>();
    private final Map<Place, DeniedAction> tainted = new HashMap<>();

    FieldReadRule(ClassFileFinder classes, DenyList denied) {
        this.classes = classes;
        this.denied = denied;
        this.mutation = new MutationRule(classes);
        this.flow = new MethodFlowAnalyzer(new ValueOriginInterpreter(classes, denied, true));
    }

    /** Why reading a shared field is denied, if it is. */
    Optional<DeniedAction> reading(Place place) {
        Optional<ClassNode> owner = owner(place);
        if (owner.isEmpty()) {
            return Optional.empty();
        }
        FieldNode field = owner.get().fields.stream()
                .filter(each -> each.name.equals(place.field()))
                .findFirst()
                .orElseThrow();
        if ((field.access & Opcodes.ACC_SYNTHETIC) != 0) {
            return Optional.empty();
        }
        Place declared = new Place(owner.get().name, place.field(), place.descriptor());
        survey(owner.get());
        DeniedAction taint = tainted.get(declared);
        if (taint != null) {
            return Optional.of(new DeniedAction(taint.kind(), taint.what() + ", kept in " + declared.inWords()));
        }
        Type type = Type.getType(field.desc);
        if (type.getSort() == Type.OBJECT && denied.isChanging(type.getInternalName(), classes)) {
            return state(declared, "a " + MethodId.simple(type.getInternalName()));
        }
        boolean isOpen = (field.access & (Opcodes.ACC_FINAL | Opcodes.ACC_PRIVATE)) == 0
                && (field.access & Opcodes.ACC_STATIC) != 0;
        if (isOpen) {
            return state(declared, "static and not final");
        }
        return changed.contains(declared) ? state(declared, "changed after its construction") : Optional.empty();
    }

    private static Optional<DeniedAction> state(Place place, String why) {
        return Optional.of(new DeniedAction(ImpurityKind.STATE, place.inWords() + ", " + why));
    }

    private Optional<ClassNode> owner(Place place) {
        return classes.lineage(place.owner()).stream()
                .filter(type -> !ClassFileFinder.isTrusted(type))
                .flatMap(type -> classes.find(type).stream())
                .filter(node -> node.fields.stream().anyMatch(field -> field.name.equals(place.field())))
                .findFirst();
    }

    /** Scans all classes of the same top-level class, once. */
    private void survey(ClassNode type) {
        String host = type.nestHostClass != null ? type.nestHostClass : type.name;
        if (!surveyed.add(host)) {
            return;
        }
        Set<String> nest = new LinkedHashSet<>(List.of(host));
        classes.find(host).map(node -> node.nestMembers).ifPresent(members -> nest.addAll(members));
        for (String member : nest) {
            classes.find(member).ifPresent(node -> node.methods.forEach(method -> survey(node, method)));
        }
    }

    private void survey(ClassNode type, MethodNode method) {
        boolean makesClass = method.name.equals("<clinit>");
        boolean makesObject = method.name.equals("<init>");
        List<ValueOrigin> parameters = new ArrayList<>();
        if ((method.access & Opcodes.ACC_STATIC) == 0) {
            parameters.add(ValueOrigin.ONE.withShared(new Place(type.name, "", "")));
        }
        flow.follow(new ClassFileFinder.Declared(type, method), parameters, (instruction, line, operands) -> {
            if (isOwnField(instruction, type, makesClass, makesObject)) {
                DeniedAction taint = operands.get(operands.size() - 1).taint();
                if (taint != null) {
                    tainted.putIfAbsent(place((FieldInsnNode) instruction), taint);
                }
            } else if (!makesClass && !makesObject) {
                mutation.of(instruction, operands).flatMap(this::declared).ifPresent(changed::add);
            }
        });
    }

    private static boolean isOwnField(
            AbstractInsnNode instruction, ClassNode type, boolean makesClass, boolean makesObject) {
        return instruction instanceof FieldInsnNode field
                && field.owner.equals(type.name)
                && ((makesClass && field.getOpcode() == Opcodes.PUTSTATIC)
                        || (makesObject && field.getOpcode() == Opcodes.PUTFIELD));
    }

    private static Place place(FieldInsnNode field) {
        return new Place(field.owner, field.name, field.desc);
    }

    private Optional<Place> declared(Place place) {
        return owner(place).map(owner -> new Place(owner.name, place.field(), place.descriptor()));
    }
}
