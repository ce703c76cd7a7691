package dev.millrace.architecture;

import com.tngtech.archunit.core.domain.JavaClass;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** The modules, and which others each may know: the arrows point one way. Examples are free. */
enum Module {
    CORE("core"),
    ENGINE("engine", CORE),
    STORE_SQLITE("store.sqlite", CORE, ENGINE),
    CLIENT("client", CORE),
    PROCESSORS_CIRCUITBREAKER("processors.circuitbreaker", CORE),
    JSONATA("jsonata", CORE),
    PROCESSORS_SCHEDULER("processors.scheduler", CORE),
    PROCESSORS_JSONATA("processors.jsonata", CORE, JSONATA),
    PROCESSORS_WEBHOOK("processors.webhook", CORE, JSONATA),
    PROCESSORS_SCRIPT("processors.script", CORE),
    PROCESSORS_AGENT("processors.agent", CORE),
    PROCESSORS_OPENAI("processors.openai", CORE, PROCESSORS_AGENT),
    PROCESSORS_ANTHROPIC("processors.anthropic", CORE, PROCESSORS_AGENT),
    TOOLS_MCP("tools.mcp", CORE, PROCESSORS_AGENT),
    SCRIPTED_MODEL("scriptedmodel", CORE),
    METRICS_MICROMETER("metrics.micrometer", CORE),
    TRACING_OPENTELEMETRY("tracing.opentelemetry", CORE),
    CONTRACTS("contracts", CORE, ENGINE),
    TESTKIT("testkit", CORE, ENGINE, CONTRACTS, SCRIPTED_MODEL),
    SERVER("server", CORE, ENGINE, JSONATA),
    CLI(
            "cli",
            CORE,
            ENGINE,
            STORE_SQLITE,
            CLIENT,
            SERVER,
            PROCESSORS_CIRCUITBREAKER,
            PROCESSORS_SCHEDULER,
            PROCESSORS_JSONATA,
            PROCESSORS_WEBHOOK,
            PROCESSORS_SCRIPT,
            PROCESSORS_AGENT,
            PROCESSORS_OPENAI,
            PROCESSORS_ANTHROPIC,
            TOOLS_MCP,
            SCRIPTED_MODEL,
            TESTKIT),
    BENCHMARKS("benchmarks"),
    EXAMPLES("examples");

    private final String root;
    private final Set<Module> mayKnow;

    Module(String name, Module... mayKnow) {
        this.root = "dev.millrace." + name;
        this.mayKnow = Set.copyOf(Arrays.asList(mayKnow));
    }

    /** The package that holds everything of this module. */
    String root() {
        return root;
    }

    /** The directory whose pom gives this package as the name of the module. */
    Path directory() {
        String line = "<millrace.module>" + root + "</millrace.module>";
        return SourceTree.modules().stream()
                .filter(module -> SourceTree.lines(module.resolve("pom.xml")).stream()
                        .anyMatch(text -> text.strip().equals(line)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no pom.xml below " + SourceTree.root() + " has the line "
                        + line + "; write the package into the pom of the module, or correct Module." + name()));
    }

    boolean mayKnow(Module other) {
        return this == other || isFree() || mayKnow.contains(other);
    }

    /** Whether it is published nowhere and may use whatever it likes. */
    boolean isFree() {
        return this == BENCHMARKS || this == EXAMPLES;
    }

    /** The modules whose main code users take as libraries; they get time, ids and threads from outside. */
    static Set<Module> libraries() {
        return EnumSet.complementOf(EnumSet.of(CLI, BENCHMARKS, EXAMPLES));
    }

    /** The module a class belongs to; empty for classes that are not ours. */
    static Optional<Module> of(JavaClass type) {
        return ofPackage(type.getPackageName());
    }

    /** The module a package belongs to; empty for packages that are not ours. */
    static Optional<Module> ofPackage(String name) {
        return Arrays.stream(values())
                .filter(module -> (name + ".").startsWith(module.root + "."))
                .findFirst();
    }
}
