package dev.millrace.tools.mcp;

import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolSource;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A server whose tools several hosts offer, with one program or connection for all of them. Thread-safe. */
final class SharedServer implements AutoCloseable {
    static final Executor THREADS = ProcessorRunner.sharedThreads();

    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");

    private final String name;
    private final Mcp server;
    private final Set<String> named;
    private final Set<String> asking;
    private final Set<Source> started = new CopyOnWriteArraySet<>();
    private volatile Optional<List<Tool<?>>> known = Optional.empty();
    private volatile boolean isClosed;

    SharedServer(String name, ServerEntry entry) {
        this.name = name;
        this.server = entry.server(name);
        this.named = entry.toolNames(name);
        this.asking = entry.askingNames(name);
    }

    /** A source for one more host. */
    ToolSource source() {
        return new Source();
    }

    private void changed(List<Tool<?>> listed) {
        List<Tool<?>> tools = safe(listed);
        Set<String> unknown = new TreeSet<>(named);
        tools.forEach(tool -> unknown.remove(tool.name()));
        if (!unknown.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    () -> "MCP server '" + name + "' has no tools with the names " + unknown
                            + ", which its entry in the file of MCP servers names; correct 'effects' and 'approval'"
                            + " there");
        }
        known = Optional.of(tools);
        started.forEach(Source::deliver);
    }

    /** If a tool that needs an approval has another name now, it may be any of these. */
    List<Tool<?>> safe(List<Tool<?>> listed) {
        Set<String> names = listed.stream().map(Tool::name).collect(Collectors.toSet());
        if (names.containsAll(asking)) {
            return listed;
        }
        LOG.log(
                Level.WARNING,
                () -> "MCP server '" + name
                        + "' has not all tools whose calls wait for an approval, so the calls of all"
                        + " its tools do; correct 'approval' in the file of MCP servers");
        return listed.stream().<Tool<?>>map(Tool::approval).toList();
    }

    /** Ends the program or the connection for good. */
    @Override
    public void close() {
        isClosed = true;
        server.close();
    }

    private final class Source implements ToolSource {
        // Guarded by this. The threads of runners never wait for this lock: a delivery takes locks of runners.
        private @Nullable Consumer<List<Tool<?>>> listener;

        @Override
        public void start(Consumer<List<Tool<?>>> newListener) {
            THREADS.execute(() -> {
                if (isClosed) {
                    return;
                }
                synchronized (this) {
                    listener = newListener;
                }
                started.add(this);
                server.start(SharedServer.this::changed);
                if (isClosed) { // it was closed meanwhile, and must not run again
                    server.close();
                }
                deliver();
            });
        }

        /** Gives the newest list; of two at the same time, the later one gives the newer list. */
        private synchronized void deliver() {
            if (listener != null) {
                known.ifPresent(listener);
            }
        }

        @Override
        public void close() {
            started.remove(this);
        }

        @Override
        public String toString() {
            return "MCP server '" + name + "'";
        }
    }
}
