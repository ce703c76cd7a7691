package dev.millrace.processors.agent.tool;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Tools from annotated methods. */
final class ToolMethods {
    private ToolMethods() {}

    static List<Tool<?>> of(Object bean) {
        Map<String, Tool<?>> tools = new TreeMap<>();
        for (Class<?> type = bean.getClass(); type != null; type = type.getSuperclass()) {
            for (Method method : type.getDeclaredMethods()) {
                ToolMethod marked = method.getAnnotation(ToolMethod.class);
                if (marked != null && !method.isBridge()) {
                    Tool<?> tool = tool(bean, method, marked);
                    tools.putIfAbsent(tool.name(), tool); // a subclass may override a method
                }
            }
        }
        if (tools.isEmpty()) {
            throw new IllegalArgumentException(
                    bean.getClass().getName() + " has no method with @ToolMethod; mark the methods that are tools");
        }
        return List.copyOf(tools.values());
    }

    private static Tool<?> tool(Object bean, Method method, ToolMethod marked) {
        Class<?>[] parameters = method.getParameterTypes();
        boolean takesCall = parameters.length == 2 && parameters[1] == ToolCall.class;
        if (parameters.length == 0 || !parameters[0].isRecord() || parameters.length > (takesCall ? 2 : 1)) {
            throw new IllegalArgumentException("@ToolMethod " + method
                    + " must have one record as its parameter, and perhaps a ToolCall after it");
        }
        if (!method.trySetAccessible()) {
            throw new IllegalArgumentException(
                    "@ToolMethod " + method
                            + " cannot be called from here; open its package to millrace, or make the method and its class public");
        }
        String name = marked.name().isEmpty() ? method.getName() : marked.name();
        Tool<?> tool = of(name, parameters[0], bean, method, takesCall).effect(marked.effect());
        tool = tool.within(limit(method, marked.within()));
        Description description = method.getAnnotation(Description.class);
        tool = description == null ? tool : tool.description(description.value());
        tool = marked.parallel() == 0 ? tool : tool.parallel(marked.parallel());
        return marked.approval() ? tool.approval() : tool;
    }

    private static Duration limit(Method method, String within) {
        try {
            return Duration.parse(within);
        } catch (DateTimeException wrong) {
            throw new IllegalArgumentException(
                    "within of @ToolMethod " + method + " must be a duration like PT20S, got '" + within + "'", wrong);
        }
    }

    private static <A> Tool<A> of(String name, Class<A> arguments, Object bean, Method method, boolean takesCall) {
        return Tool.of(
                name,
                arguments,
                (read, call) -> takesCall ? invoke(bean, method, read, call) : invoke(bean, method, read));
    }

    private static @Nullable Object invoke(Object bean, Method method, @Nullable Object... arguments) throws Exception {
        try {
            return method.invoke(bean, arguments);
        } catch (InvocationTargetException thrown) {
            if (thrown.getCause() instanceof Exception failure) {
                throw failure;
            }
            if (thrown.getCause() instanceof Error error) {
                throw error;
            }
            throw thrown;
        }
    }
}
