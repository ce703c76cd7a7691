package dev.millrace.architecture;

import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;

/**
 * The packages that users compile against. A library package that is not listed here has {@code internal} in its name.
 */
final class PublicApi {
    private static final Set<String> PACKAGES = Set.of(
            "dev.millrace.client",
            "dev.millrace.client.push",
            "dev.millrace.contracts",
            "dev.millrace.contracts.store",
            "dev.millrace.contracts.tck",
            "dev.millrace.contracts.text",
            "dev.millrace.contracts.wire",
            "dev.millrace.core",
            "dev.millrace.core.hosting",
            "dev.millrace.core.payload",
            "dev.millrace.core.processor",
            "dev.millrace.core.runner",
            "dev.millrace.engine",
            "dev.millrace.engine.spi",
            "dev.millrace.jsonata",
            "dev.millrace.metrics.micrometer",
            "dev.millrace.processors.agent",
            "dev.millrace.processors.agent.app",
            "dev.millrace.processors.agent.http",
            "dev.millrace.processors.agent.model",
            "dev.millrace.processors.agent.tool",
            "dev.millrace.processors.anthropic",
            "dev.millrace.processors.circuitbreaker",
            "dev.millrace.processors.jsonata",
            "dev.millrace.processors.openai",
            "dev.millrace.processors.scheduler",
            "dev.millrace.processors.script",
            "dev.millrace.processors.webhook",
            "dev.millrace.scriptedmodel",
            "dev.millrace.server",
            "dev.millrace.server.security",
            "dev.millrace.server.webhook",
            "dev.millrace.store.sqlite",
            "dev.millrace.testkit",
            "dev.millrace.testkit.faults",
            "dev.millrace.testkit.fixture",
            "dev.millrace.testkit.harness",
            "dev.millrace.testkit.log",
            "dev.millrace.tools.mcp",
            "dev.millrace.tools.mcp.server",
            "dev.millrace.tracing.opentelemetry");

    private PublicApi() {}

    static Set<String> packages() {
        return PACKAGES;
    }

    static boolean hasPackage(String name) {
        return PACKAGES.contains(name);
    }

    /** Whether a package holds the implementation of its module. */
    static boolean isInternal(String packageName) {
        return Arrays.asList(packageName.split("\\.")).contains("internal");
    }

    /**
     * Whether users of a library can name a type: it and the types around it are public or protected, in an API
     * package.
     */
    static boolean contains(Class<?> type) {
        if (type.isAnonymousClass() || type.isLocalClass() || type.isSynthetic()) {
            return false;
        }
        Class<?> enclosing = type.getEnclosingClass();
        return isVisible(type.getModifiers())
                && (enclosing == null ? hasPackage(type.getPackageName()) : contains(enclosing));
    }

    private static boolean isVisible(int modifiers) {
        return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
    }
}
