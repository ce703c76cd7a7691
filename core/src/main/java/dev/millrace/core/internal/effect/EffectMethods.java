package dev.millrace.core.internal.effect;

import dev.millrace.core.Event;
import dev.millrace.core.processor.BlockingEffects;
import dev.millrace.core.processor.BlockingProcessor;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.ForwardingProcessor;
import dev.millrace.core.processor.Processor;
import java.util.Arrays;

/** Which methods with effects a processor has. */
public final class EffectMethods {
    private EffectMethods() {}

    /**
     * Whether an effect that a crash interrupts is lost unless its progress is saved: the processor acts on events, and
     * does not look for unfinished work when it has caught up.
     */
    public static boolean needProgress(Processor<?> processor) {
        return has(processor, "afterAppend", "act", Object.class, Event.class)
                && !has(processor, "onCaughtUp", "actCaughtUp", Object.class);
    }

    private static boolean has(Processor<?> processor, String method, String blocking, Class<?>... parameters) {
        Class<?> declaring = declaring(processor, method, parameters, Effects.class);
        if (declaring == ForwardingProcessor.class) {
            return has(((ForwardingProcessor<?>) processor).delegate(), method, blocking, parameters);
        }
        if (declaring == BlockingProcessor.class) {
            return declaring(processor, blocking, parameters, BlockingEffects.class) != BlockingProcessor.class;
        }
        return declaring != Processor.class;
    }

    private static Class<?> declaring(Processor<?> processor, String method, Class<?>[] parameters, Class<?> effects) {
        Class<?>[] all = Arrays.copyOf(parameters, parameters.length + 1);
        all[parameters.length] = effects;
        try {
            return processor.getClass().getMethod(method, all).getDeclaringClass();
        } catch (NoSuchMethodException impossible) {
            throw new IllegalStateException(impossible);
        }
    }
}
