package dev.millrace.testkit.internal.bytecode;

import dev.millrace.core.processor.AllowImpure;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.internal.bytecode.ImpureCall.Step;
import dev.millrace.testkit.internal.bytecode.ValueOrigin.Place;
import dev.millrace.testkit.internal.state.InitialStateOverride;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.AnnotationNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;

/**
 * A scan of the bytecode of a reducer and of all code that it may call. It lists code that is on the deny-list or
 * depends on changing values. Trusted code (the JDK, Jackson, the core) is not scanned. A call of an interface is
 * followed to the classes that the scanned code creates, that the processor and its states contain, or that a sealed
 * interface permits. Lambdas in the processor's fields have no class file, so they are not scanned. Not thread-safe.
 */
public final class ReducerScanner {
    private static final String ALLOWED = Type.getDescriptor(AllowImpure.class);
    private static final int MOST_VISITS = 20_000;
    private static final Map<Scanned, List<ImpureCall>> KNOWN = new ConcurrentHashMap<>();

    private record Scanned(Class<?> type, Set<String> held) {}

    /** A method that the reducer may call, with its caller and the origins of its parameters. */
    private record Visit(
            ClassFileFinder.Declared target,
            List<ValueOrigin> parameters,
            @Nullable Visit caller,
            int line) {
        List<Step> chain(int at) {
            List<Step> chain = caller == null ? new ArrayList<>() : caller.chain(line);
            chain.add(new Step(
                    target.unit(), Optional.ofNullable(target.type().sourceFile).orElse(""), at));
            return chain;
        }
    }

    private record Dispatch(MethodId called, List<ValueOrigin> operands, Visit caller, int line) {}

    private record Entered(MethodId unit, List<ValueOrigin> parameters) {}

    private final ClassFileFinder classes;
    private final DenyList denied = DenyList.WRITTEN;
    private final FieldReadRule fields;
    private final MutationRule mutation;
    private final IdentityHashRule identity;
    private final MethodFlowAnalyzer flow;
    private final Set<Entered> entered = new HashSet<>();
    private final Deque<Visit> pending = new ArrayDeque<>();
    private final Set<String> made = new LinkedHashSet<>();
    private final List<Dispatch> dispatches = new ArrayList<>();
    private final Map<String, ImpureCall> found = new LinkedHashMap<>();

    ReducerScanner(ClassFileFinder classes) {
        this.classes = classes;
        this.fields = new FieldReadRule(classes, denied);
        this.mutation = new MutationRule(classes);
        this.identity = new IdentityHashRule(classes);
        this.flow = new MethodFlowAnalyzer(new ValueOriginInterpreter(classes, denied, false));
    }

    /**
     * The impure calls of a processor's reducer, those with the shortest call chains first.
     *
     * @param states some of its states, whose classes are scanned too
     */
    public static List<ImpureCall> of(Processor<?> processor, List<?> states) {
        Object subject = processor instanceof InitialStateOverride<?> seeded ? seeded.delegate() : processor;
        ReachableClasses held = new ReachableClasses();
        held.add(subject);
        states.forEach(held::add);
        return KNOWN.computeIfAbsent(new Scanned(subject.getClass(), Set.copyOf(held.names())), scanned -> {
            ReducerScanner scan =
                    new ReducerScanner(new ClassFileFinder(subject.getClass().getClassLoader()));
            scan.made.addAll(held.names());
            return scan.from(Type.getInternalName(subject.getClass()));
        });
    }

    private List<ImpureCall> from(String type) {
        Place processor = new Place(type, "", "");
        for (ClassFileFinder.Declared reducer : reducers(type, classes)) {
            enter(reducer, List.of(ValueOrigin.of(1, type).withShared(processor)), null, 0);
        }
        while (!pending.isEmpty() && entered.size() < MOST_VISITS) {
            follow(pending.remove());
        }
        return List.copyOf(found.values());
    }

    /** The declared or inherited {@code reduce} methods of a class, without bridges. */
    static List<ClassFileFinder.Declared> reducers(String type, ClassFileFinder classes) {
        for (String above : classes.lineage(type)) {
            List<ClassFileFinder.Declared> declared = classes.find(above).stream()
                    .flatMap(node -> node.methods.stream().map(method -> new ClassFileFinder.Declared(node, method)))
                    .filter(each -> each.method().name.equals("reduce")
                            && each.method().desc.contains(";Ldev/millrace/core/Event;)")
                            && !each.has(Opcodes.ACC_BRIDGE | Opcodes.ACC_ABSTRACT | Opcodes.ACC_STATIC))
                    .toList();
            if (!declared.isEmpty()) {
                return declared;
            }
        }
        return List.of();
    }

    private void enter(ClassFileFinder.Declared target, List<ValueOrigin> operands, @Nullable Visit caller, int line) {
        if (ClassFileFinder.isTrusted(target.type().name) || target.has(Opcodes.ACC_ABSTRACT)) {
            return;
        }
        List<ValueOrigin> parameters = operands.stream()
                .map(operand -> new ValueOrigin(operand.size(), null, operand.shared(), operand.taint(), null))
                .toList();
        Visit visit = new Visit(target, parameters, caller, line);
        if (caller != null && target.has(Opcodes.ACC_NATIVE)) {
            report(new DeniedAction(ImpurityKind.NATIVE, target.unit().asCall()), caller, line);
        } else if (!allowIfAnnotated(target, visit) && entered.add(new Entered(target.unit(), parameters))) {
            pending.add(visit);
        }
    }

    private boolean allowIfAnnotated(ClassFileFinder.Declared target, Visit visit) {
        List<AnnotationNode> annotations = new ArrayList<>();
        Optional.ofNullable(target.method().invisibleAnnotations).ifPresent(annotations::addAll);
        Optional.ofNullable(target.type().invisibleAnnotations).ifPresent(annotations::addAll);
        for (AnnotationNode annotation : annotations) {
            if (annotation.desc.equals(ALLOWED)) {
                if (String.valueOf(annotation.values.get(1)).isBlank()) {
                    report(new DeniedAction(ImpurityKind.STATE, "@AllowImpure without a reason"), visit, 0);
                }
                return true;
            }
        }
        return false;
    }

    private void report(DeniedAction deniedAction, Visit visit, int line) {
        List<Step> chain = visit.chain(line);
        found.putIfAbsent(deniedAction + " " + chain.get(chain.size() - 1), new ImpureCall(deniedAction, chain));
    }

    private void follow(Visit visit) {
        flow.follow(
                visit.target(),
                visit.parameters(),
                (instruction, line, operands) -> see(instruction, operands, visit, line));
    }

    private void see(AbstractInsnNode instruction, List<ValueOrigin> operands, Visit visit, int line) {
        if (!isInitialisation(instruction, visit)) {
            mutation.of(instruction, operands)
                    .map(place -> new DeniedAction(ImpurityKind.STATE, place.inWords() + ", which the reducer changes"))
                    .ifPresent(deniedAction -> report(deniedAction, visit, line));
        }
        if (instruction instanceof FieldInsnNode field) {
            seeField(field, operands, visit, line);
        } else if (instruction instanceof MethodInsnNode call) {
            seeCall(call, operands, visit, line);
        } else if (instruction instanceof InvokeDynamicInsnNode dynamic) {
            seeDynamic(dynamic, operands, visit, line);
        } else if (instruction.getOpcode() == Opcodes.NEW) {
            make(((TypeInsnNode) instruction).desc, visit, line);
        }
    }

    private static boolean isInitialisation(AbstractInsnNode instruction, Visit visit) {
        return instruction instanceof FieldInsnNode field
                && visit.target().method().name.equals("<init>")
                && field.getOpcode() == Opcodes.PUTFIELD
                && field.owner.equals(visit.target().type().name);
    }

    private void seeField(FieldInsnNode field, List<ValueOrigin> operands, Visit visit, int line) {
        boolean isStatic = field.getOpcode() == Opcodes.GETSTATIC;
        boolean isShared = isStatic
                || (field.getOpcode() == Opcodes.GETFIELD
                        && operands.get(operands.size() - 1).shared() != null);
        if (isShared) {
            Optional<DeniedAction> denial = ClassFileFinder.isTrusted(field.owner)
                    ? denied.field(field.owner, field.name, classes)
                    : fields.reading(new Place(field.owner, field.name, field.desc));
            denial.ifPresent(found -> report(found, visit, line));
        }
    }

    private void seeCall(MethodInsnNode call, List<ValueOrigin> operands, Visit visit, int line) {
        MethodId called = new MethodId(call.owner, call.name, call.desc);
        Optional<DeniedAction> denial =
                denied.call(called, classes).filter(found -> !ValueOriginInterpreter.isHarmless(called, operands));
        if (denial.isPresent()) {
            report(denial.get(), visit, line);
            return;
        }
        identity.ofCall(called, call.getOpcode(), operands).ifPresent(found -> report(found, visit, line));
        identity.printed(called, operands).forEach(type -> print(type, visit, line));
        boolean isVirtual = call.getOpcode() == Opcodes.INVOKEVIRTUAL || call.getOpcode() == Opcodes.INVOKEINTERFACE;
        dispatch(new Dispatch(called, operands, visit, line), isVirtual);
    }

    private void print(String type, Visit visit, int line) {
        MethodId called = new MethodId(type, "toString", "()Ljava/lang/String;");
        identity.ofCall(called, Opcodes.INVOKEVIRTUAL, List.of(ValueOrigin.of(1, type)))
                .ifPresent(found -> report(found, visit, line));
        if (!ClassFileFinder.isTrusted(type)) {
            dispatch(new Dispatch(called, List.of(ValueOrigin.ONE), visit, line), true);
        }
    }

    private void dispatch(Dispatch dispatch, boolean isVirtual) {
        MethodId called = dispatch.called();
        classes.resolve(called.owner(), called.name(), called.descriptor())
                .ifPresent(target -> enter(target, dispatch.operands(), dispatch.caller(), dispatch.line()));
        if (!isVirtual
                || called.owner().equals("java/lang/Object")
                || called.owner().startsWith("[")) {
            return;
        }
        dispatches.add(dispatch);
        for (String type : List.copyOf(made)) {
            dispatch(dispatch, type);
        }
        classes.permitted(called.owner()).forEach(type -> dispatch(dispatch, type));
    }

    private void dispatch(Dispatch dispatch, String type) {
        MethodId called = dispatch.called();
        if (classes.isSubtype(type, called.owner())) {
            classes.resolve(type, called.name(), called.descriptor())
                    .ifPresent(target -> enter(target, dispatch.operands(), dispatch.caller(), dispatch.line()));
        }
    }

    /** Notes that objects of this class exist, so virtual calls and the JDK may call its methods. */
    private void make(String type, Visit visit, int line) {
        if (ClassFileFinder.isTrusted(type)) {
            return;
        }
        if (made.add(type)) {
            List.copyOf(dispatches).forEach(dispatch -> dispatch(dispatch, type));
        }
        classes.callbacks(type).forEach(target -> enter(target, List.of(), visit, line));
    }

    private void seeDynamic(InvokeDynamicInsnNode dynamic, List<ValueOrigin> operands, Visit visit, int line) {
        String factory = dynamic.bsm.getOwner();
        if (factory.equals("java/lang/invoke/LambdaMetafactory")) {
            for (Object argument : dynamic.bsmArgs) {
                if (argument instanceof Handle handle) {
                    seeFunction(handle, operands, visit, line);
                }
            }
        } else if (factory.equals("java/lang/invoke/StringConcatFactory")) {
            IdentityHashRule.types(operands).forEach(type -> print(type, visit, line));
        } else if (factory.equals("java/lang/runtime/ObjectMethods") && !dynamic.name.equals("equals")) {
            identity.ofRecord(dynamic).ifPresent(found -> report(found, visit, line));
        }
    }

    private void seeFunction(Handle handle, List<ValueOrigin> captured, Visit visit, int line) {
        MethodId called = new MethodId(handle.getOwner(), handle.getName(), handle.getDesc());
        Optional<DeniedAction> denial = denied.call(called, classes);
        if (denial.isPresent()) {
            report(denial.get(), visit, line);
            return;
        }
        if (handle.getTag() == Opcodes.H_NEWINVOKESPECIAL) {
            make(handle.getOwner(), visit, line);
            List<ValueOrigin> operands = new ArrayList<>(List.of(ValueOrigin.ONE));
            operands.addAll(captured);
            dispatch(new Dispatch(called, operands, visit, line), false);
            return;
        }
        boolean isVirtual = handle.getTag() == Opcodes.H_INVOKEVIRTUAL || handle.getTag() == Opcodes.H_INVOKEINTERFACE;
        identity.ofCall(called, Opcodes.INVOKEVIRTUAL, captured)
                .filter(found -> isVirtual)
                .ifPresent(found -> report(found, visit, line));
        dispatch(new Dispatch(called, captured, visit, line), isVirtual);
    }
}
