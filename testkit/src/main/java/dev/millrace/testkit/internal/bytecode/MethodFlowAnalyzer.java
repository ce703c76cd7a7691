package dev.millrace.testkit.internal.bytecode;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.Opcodes;
import org.objectweb.asm.Type;
import org.objectweb.asm.tree.AbstractInsnNode;
import org.objectweb.asm.tree.InvokeDynamicInsnNode;
import org.objectweb.asm.tree.LineNumberNode;
import org.objectweb.asm.tree.MethodInsnNode;
import org.objectweb.asm.tree.analysis.Analyzer;
import org.objectweb.asm.tree.analysis.AnalyzerException;
import org.objectweb.asm.tree.analysis.Frame;

/** A visitor of the reachable instructions of a method, with the origins of their operands. */
final class MethodFlowAnalyzer {
    /** A callback for each instruction. */
    interface Visitor {
        /**
         * @param line the line, or 0 if unknown
         * @param operands for calls, the receiver and the arguments; otherwise the stack, its top last
         */
        void visit(AbstractInsnNode instruction, int line, List<ValueOrigin> operands);
    }

    private final ValueOriginInterpreter interpreter;

    MethodFlowAnalyzer(ValueOriginInterpreter interpreter) {
        this.interpreter = interpreter;
    }

    /**
     * Visits the instructions of a method, if it has a body.
     *
     * @param parameters origins of the receiver, if any, and of each parameter
     */
    void follow(ClassFileFinder.Declared declared, List<ValueOrigin> parameters, Visitor visitor) {
        if (declared.method().instructions.size() == 0) {
            return;
        }
        @Nullable Frame<ValueOrigin>[] frames = frames(declared, parameters);
        int line = 0;
        int index = 0;
        for (AbstractInsnNode instruction : declared.method().instructions) {
            Frame<ValueOrigin> frame = frames[index++];
            if (instruction instanceof LineNumberNode number) {
                line = number.line;
            } else if (frame != null && instruction.getOpcode() >= 0) {
                visitor.visit(instruction, line, operands(instruction, frame));
            }
        }
    }

    private @Nullable Frame<ValueOrigin>[] frames(ClassFileFinder.Declared declared, List<ValueOrigin> parameters) {
        Analyzer<ValueOrigin> analyzer = new Analyzer<>(interpreter);
        interpreter.begin(parameters);
        try {
            return analyzer.analyzeAndComputeMaxs(declared.type().name, declared.method());
        } catch (AnalyzerException e) {
            throw new IllegalStateException(
                    "bytecode cannot be analysed: " + declared.unit().asCall() + "; " + e.getMessage()
                            + "; if the class file is valid, annotate the method with @AllowImpure",
                    e);
        }
    }

    private static List<ValueOrigin> operands(AbstractInsnNode instruction, Frame<ValueOrigin> frame) {
        int size = frame.getStackSize();
        int wanted = size;
        if (instruction instanceof MethodInsnNode call) {
            wanted = Type.getArgumentTypes(call.desc).length + (call.getOpcode() == Opcodes.INVOKESTATIC ? 0 : 1);
        } else if (instruction instanceof InvokeDynamicInsnNode dynamic) {
            wanted = Type.getArgumentTypes(dynamic.desc).length;
        }
        List<ValueOrigin> operands = new ArrayList<>();
        for (int i = size - wanted; i < size; i++) {
            operands.add(frame.getStack(i));
        }
        return operands;
    }
}
