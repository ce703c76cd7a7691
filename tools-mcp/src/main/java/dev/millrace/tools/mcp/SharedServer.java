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
        Set<String> unknown = unknown(named, listed);
        if (!unknown.isEmpty()) {
            LOG.log(
                    Level.WARNING,
                    () -> "MCP server '" + name + "' has no tools with the names " + unknown
                            + ", which its entry in the file of MCP servers names; correct 'effects' and 'approval'"
                            + " there"
                            + (unknown(asking, listed).isEmpty()
                                    ? ""
                                    : ". Until then the calls of all its tools wait for an approval"));
        }
        known = Optional.of(tools);
        started.forEach(Source::deliver);
    }

    /** All tools need an approval while one that does is missing: it may have another name now. */
    List<Tool<?>> safe(List<Tool<?>> listed) {
        return unknown(asking, listed).isEmpty()
                ? listed
                : listed.stream().<Tool<?>>map(Tool::approval).toList();
    }

    private static Set<String> unknown(Set<String> names, List<Tool<?>> listed) {
        Set<String> unknown = new TreeSet<>(names);
        listed.forEach(tool -> unknown.remove(tool.name()));
        return unknown;
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
