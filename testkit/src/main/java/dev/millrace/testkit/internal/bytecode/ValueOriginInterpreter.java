package dev.millrace.testkit.internal.bytecode;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.FieldInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LdcInsnNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.MultiANewArrayInsnNode;
import org.objectweb.asm.tree.TypeInsnNode;
import org.objectweb.asm.tree.analysis.Interpreter;

/** An ASM interpreter that computes the {@link ValueOrigin} of each value in one method. */
final class ValueOriginInterpreter extends Interpreter<ValueOrigin> {
    /** Methods of a collection that return an element or a view of it. */
    private static final Set<String> VIEWS = Set.of("""
            get getOrDefault getFirst getLast first last peek element next getValue getKey computeIfAbsent orElse
            orElseThrow keySet values entrySet iterator listIterator subList headMap tailMap subMap""".split("\\s+"));

    private final ClassFileFinder classes;
    private final DenyList denied;
    private final boolean everyFieldShared;
    private List<ValueOrigin> parameters = List.of();
    private int nextParameter;

    /** @param everyFieldShared whether all fields count as shared, also those of objects that may be local */
    ValueOriginInterpreter(ClassFileFinder classes, DenyList denied, boolean everyFieldShared) {
        super(Opcodes.ASM9);
        this.classes = classes;
        this.denied = denied;
        this.everyFieldShared = everyFieldShared;
    }

    @Override
    @SuppressWarnings("NullAway") // null is the value of a void method
    public @Nullable ValueOrigin newValue(@Nullable Type type) {
        if (type == null) {
            return ValueOrigin.ONE;
        }
        return type.getSort() == Type.VOID ? null : typed(type);
    }

    /** Sets the origins of the receiver, if any, and of each parameter of the next method. */
    void begin(List<ValueOrigin> newParameters) {
        parameters = newParameters;
        nextParameter = 0;
    }

    @Override
    public ValueOrigin newParameterValue(boolean isInstanceMethod, int local, Type type) {
        ValueOrigin known = nextParameter < parameters.size() ? parameters.get(nextParameter) : ValueOrigin.ONE;
        nextParameter++;
        ValueOrigin typed = typed(type);
        return new ValueOrigin(typed.size(), typed.type(), known.shared(), known.taint(), null);
    }

    static ValueOrigin typed(Type type) {
        boolean isReference = type.getSort() == Type.OBJECT || type.getSort() == Type.ARRAY;
        // a value with the declared type Object can have any class
        boolean isKnown = isReference && !type.getInternalName().equals("java/lang/Object");
        return ValueOrigin.of(type.getSize(), isKnown ? type.getInternalName() : null);
    }

    @Override
    public ValueOrigin newOperation(AbstractInsnNode instruction) {
        if (instruction instanceof FieldInsnNode field) {
            return read(field, null);
        }
        if (instruction instanceof TypeInsnNode created) {
            return ValueOrigin.of(1, created.desc);
        }
        if (instruction instanceof LdcInsnNode constant) {
            if (constant.cst instanceof String text) {
                return ValueOrigin.text(text);
            }
            return constant.cst instanceof Long || constant.cst instanceof Double ? ValueOrigin.TWO : ValueOrigin.ONE;
        }
        int opcode = instruction.getOpcode();
        return opcode == Opcodes.LCONST_0
                        || opcode == Opcodes.LCONST_1
                        || opcode == Opcodes.DCONST_0
                        || opcode == Opcodes.DCONST_1
                ? ValueOrigin.TWO
                : ValueOrigin.ONE;
    }

    @Override
    public ValueOrigin copyOperation(AbstractInsnNode instruction, ValueOrigin value) {
        return value;
    }

    @Override
    @SuppressWarnings("NullAway") // null is what the interface asks for when nothing is pushed
    public @Nullable ValueOrigin unaryOperation(AbstractInsnNode instruction, ValueOrigin value) {
        return switch (instruction.getOpcode()) {
            case Opcodes.GETFIELD -> read((FieldInsnNode) instruction, value);
            case Opcodes.CHECKCAST -> value.withType(((TypeInsnNode) instruction).desc);
            case Opcodes.NEWARRAY -> ValueOrigin.of(1, "[?");
            case Opcodes.ANEWARRAY -> {
                Type item = Type.getObjectType(((TypeInsnNode) instruction).desc);
                yield ValueOrigin.of(1, "[" + item.getDescriptor());
            }
            case Opcodes.INEG,
                    Opcodes.FNEG,
                    Opcodes.IINC,
                    Opcodes.L2I,
                    Opcodes.L2F,
                    Opcodes.I2F,
                    Opcodes.F2I,
                    Opcodes.D2I,
                    Opcodes.D2F,
                    Opcodes.I2B,
                    Opcodes.I2C,
                    Opcodes.I2S,
                    Opcodes.ARRAYLENGTH,
                    Opcodes.INSTANCEOF -> ValueOrigin.ONE.withTaint(value.taint());
            case Opcodes.LNEG,
                    Opcodes.DNEG,
                    Opcodes.I2L,
                    Opcodes.I2D,
                    Opcodes.L2D,
                    Opcodes.F2L,
                    Opcodes.F2D,
                    Opcodes.D2L -> ValueOrigin.TWO.withTaint(value.taint());
            default -> null;
        };
    }

    @Override
    @SuppressWarnings("NullAway") // null is what the interface asks for when nothing is pushed
    public @Nullable ValueOrigin binaryOperation(AbstractInsnNode instruction, ValueOrigin left, ValueOrigin right) {
        int opcode = instruction.getOpcode();
        DeniedAction taint = left.taint() != null ? left.taint() : right.taint();
        if (opcode == Opcodes.AALOAD) {
            String array = left.type();
            String item = array != null && array.startsWith("[") && array.length() > 2
                    ? Type.getType(array).getElementType().getInternalName()
                    : null;
            return new ValueOrigin(1, item, left.shared(), taint, null);
        }
        if (opcode == Opcodes.PUTFIELD || (opcode >= Opcodes.IF_ICMPEQ && opcode <= Opcodes.IF_ACMPNE)) {
            return null;
        }
        boolean wide = switch (opcode) {
            case Opcodes.LALOAD, Opcodes.DALOAD, Opcodes.LADD, Opcodes.DADD, Opcodes.LSUB, Opcodes.DSUB -> true;
            case Opcodes.LMUL, Opcodes.DMUL, Opcodes.LDIV, Opcodes.DDIV, Opcodes.LREM, Opcodes.DREM -> true;
            case Opcodes.LSHL, Opcodes.LSHR, Opcodes.LUSHR, Opcodes.LAND, Opcodes.LOR, Opcodes.LXOR -> true;
            default -> false;
        };
        return (wide ? ValueOrigin.TWO : ValueOrigin.ONE).withTaint(taint);
    }

    @Override
    @SuppressWarnings("NullAway") // null is what the interface asks for when nothing is pushed
    public @Nullable ValueOrigin ternaryOperation(
            AbstractInsnNode instruction, ValueOrigin array, ValueOrigin index, ValueOrigin value) {
        return null;
    }

    @Override
    @SuppressWarnings("NullAway") // null is the value of a void method
    public @Nullable ValueOrigin naryOperation(AbstractInsnNode instruction, List<? extends ValueOrigin> values) {
        if (instruction instanceof MultiANewArrayInsnNode array) {
            return ValueOrigin.of(1, array.desc);
        }
        Type result;
        DeniedAction taint = values.stream()
                .map(ValueOrigin::taint)
                .filter(deniedAction -> deniedAction != null)
                .findFirst()
                .orElse(null);
        ValueOrigin.Place shared = null;
        if (instruction instanceof MethodInsnNode call) {
            MethodId called = new MethodId(call.owner, call.name, call.desc);
            result = Type.getReturnType(call.desc);
            Optional<DeniedAction> denial = denied.call(called, classes).filter(found -> !isHarmless(called, values));
            taint = denial.orElse(taint);
            if (call.getOpcode() != Opcodes.INVOKESTATIC && values.get(0).shared() != null) {
                ValueOrigin receiver = values.get(0);
                if (call.owner.startsWith("java/util/") && VIEWS.contains(call.name)) {
                    shared = receiver.shared();
                } else {
                    shared = accessed(called).orElse(null);
                }
            }
        } else {
            InvokeDynamicInsnNode dynamic = (InvokeDynamicInsnNode) instruction;
            result = Type.getReturnType(dynamic.desc);
            taint = taint != null ? taint : denialOf(dynamic);
        }
        if (result.getSort() == Type.VOID) {
            return null;
        }
        ValueOrigin typed = typed(result);
        return new ValueOrigin(typed.size(), typed.type(), shared, taint, null);
    }

    private @Nullable DeniedAction denialOf(InvokeDynamicInsnNode dynamic) {
        for (Object argument : dynamic.bsmArgs) {
            if (argument instanceof Handle handle && handle.getTag() >= Opcodes.H_INVOKEVIRTUAL) {
                Optional<DeniedAction> denial =
                        denied.call(new MethodId(handle.getOwner(), handle.getName(), handle.getDesc()), classes);
                if (denial.isPresent()) {
                    return denial.get();
                }
            }
        }
        return null;
    }

    /** The field that a method returns, if it is a plain getter. */
    private Optional<ValueOrigin.Place> accessed(MethodId called) {
        if (ClassFileFinder.isTrusted(called.owner())) {
            return Optional.empty();
        }
        return classes.declared(called.owner(), called.name(), called.descriptor())
                .flatMap(declared -> {
                    FieldInsnNode read = null;
                    for (AbstractInsnNode at : declared.method().instructions) {
                        switch (at.getOpcode()) {
                            case -1, Opcodes.ALOAD, Opcodes.ARETURN -> {}
                            case Opcodes.GETFIELD -> {
                                read = (FieldInsnNode) at;
                            }
                            default -> {
                                return Optional.empty();
                            }
                        }
                    }
                    return read == null
                            ? Optional.empty()
                            : Optional.of(new ValueOrigin.Place(read.owner, read.name, read.desc));
                });
    }

    private ValueOrigin read(FieldInsnNode field, @Nullable ValueOrigin receiver) {
        ValueOrigin typed = typed(Type.getType(field.desc));
        boolean isShared = receiver == null || everyFieldShared || receiver.shared() != null;
        return isShared && !ClassFileFinder.isTrusted(field.owner)
                ? typed.withShared(new ValueOrigin.Place(field.owner, field.name, field.desc))
                : typed;
    }

    /** Whether it is a format call whose format, for example {@code %s}, gives the same text in every locale. */
    static boolean isHarmless(MethodId called, List<? extends ValueOrigin> values) {
        boolean isFormat = called.owner().equals("java/lang/String")
                && (called.name().equals("format") || called.name().equals("formatted"));
        if (!isFormat) {
            return false;
        }
        String format = values.get(0).text();
        return format != null
                && format.replaceAll("%(\\d+\\$)?-?\\d*(\\.\\d+)?[sbcx%]", "").indexOf('%') < 0;
    }

    @Override
    public void returnOperation(AbstractInsnNode instruction, ValueOrigin value, ValueOrigin expected) {}

    @Override
    public ValueOrigin merge(ValueOrigin one, ValueOrigin other) {
        return one.or(other);
    }
}
