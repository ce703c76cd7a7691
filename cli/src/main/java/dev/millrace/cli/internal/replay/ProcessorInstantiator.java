package dev.millrace.cli.internal.replay;

import dev.millrace.cli.internal.terminal.CommandException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Makes an object for its reducer's sake: what its constructor takes for effects are stand-ins, which fail when they are
 * used.
 */
public final class ProcessorInstantiator {
    private final Class<?> type;

    public ProcessorInstantiator(Class<?> type) {
        this.type = type;
    }

    /**
     * An object, by the constructor with the fewest parameters.
     *
     * @throws CommandException when it cannot be made
     */
    public Object make() {
        Constructor<?> constructor = Arrays.stream(type.getDeclaredConstructors())
                .filter(candidate ->
                        Arrays.stream(candidate.getParameterTypes()).allMatch(ProcessorInstantiator::canBeMissing))
                .min(Comparator.comparingInt(Constructor::getParameterCount))
                .orElseThrow(() -> new CommandException("--processor: " + type.getName()
                        + " has no constructor without parameters, nor one that takes interfaces only; give it one, or"
                        + " a ProcessorProvider"));
        try {
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(constructor.getParameterTypes())
                    .map(ProcessorInstantiator::standIn)
                    .toArray());
        } catch (InvocationTargetException e) {
            throw new CommandException(
                    "--processor: the constructor of " + type.getName() + " failed: " + e.getCause(), e);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new CommandException("--processor: " + type.getName() + " cannot be made: " + e, e);
        }
    }

    private static boolean canBeMissing(Class<?> parameter) {
        return parameter.isInterface() && !parameter.isSealed();
    }

    /** Something of that kind, of which nothing works. */
    public static Object standIn(Class<?> kind) {
        return Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, (self, method, arguments) -> {
            if (method.getDeclaringClass() != Object.class) {
                throw new UnsupportedOperationException(kind.getName() + "." + method.getName()
                        + " is not there in a replay; a reducer uses nothing but the state and the event");
            }
            return switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(self);
                case "equals" -> self == arguments[0];
                default -> "stand-in for " + kind.getName();
            };
        });
    }
}
