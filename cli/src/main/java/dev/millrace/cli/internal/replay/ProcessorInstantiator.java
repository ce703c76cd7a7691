package dev.millrace.cli.internal.replay;

import dev.millrace.cli.internal.terminal.CommandException;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Creates a processor to run its reducer only: constructor parameters, which only effects need, get placeholders that
 * throw when they are used.
 */
public final class ProcessorInstantiator {
    private final Class<?> type;

    public ProcessorInstantiator(Class<?> type) {
        this.type = type;
    }

    /**
     * Creates an object with the constructor that has the fewest parameters; throws a {@link CommandException} if it
     * fails.
     */
    public Object make() {
        Constructor<?> constructor = Arrays.stream(type.getDeclaredConstructors())
                .filter(candidate ->
                        Arrays.stream(candidate.getParameterTypes()).allMatch(ProcessorInstantiator::canBeMissing))
                .min(Comparator.comparingInt(Constructor::getParameterCount))
                .orElseThrow(() -> new CommandException("--processor: " + type.getName()
                        + " has no constructor without parameters or with interfaces only; add one, or write a"
                        + " ProcessorProvider"));
        try {
            constructor.setAccessible(true);
            return constructor.newInstance(Arrays.stream(constructor.getParameterTypes())
                    .map(ProcessorInstantiator::standIn)
                    .toArray());
        } catch (InvocationTargetException e) {
            throw new CommandException(
                    "--processor: the constructor of " + type.getName() + " failed: " + e.getCause(), e);
        } catch (ReflectiveOperationException | InaccessibleObjectException e) {
            throw new CommandException("--processor: " + type.getName() + " cannot be created: " + e, e);
        }
    }

    private static boolean canBeMissing(Class<?> parameter) {
        return parameter.isInterface() && !parameter.isSealed();
    }

    /** A placeholder for an interface; its methods throw. */
    public static Object standIn(Class<?> kind) {
        return Proxy.newProxyInstance(kind.getClassLoader(), new Class<?>[] {kind}, (self, method, arguments) -> {
            if (method.getDeclaringClass() != Object.class) {
                throw new UnsupportedOperationException(kind.getName() + "." + method.getName()
                        + " cannot be called in a replay; a reducer may use only the state and the event");
            }
            return switch (method.getName()) {
                case "hashCode" -> System.identityHashCode(self);
                case "equals" -> self == arguments[0];
                default -> "stand-in for " + kind.getName();
            };
        });
    }
}
