package dev.millrace.tools.mcp;

import dev.millrace.core.hosting.HostContext;
import dev.millrace.processors.agent.tool.ToolHost;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The MCP servers of one setting, and the hosts that offer their tools. Thread-safe. */
final class SharedServers implements AutoCloseable {
    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");
    private static final Duration CLOSE = Duration.ofSeconds(10);

    /** The hosts differ by project, because a project has its own threads and clock, and by their servers. */
    private record Key(HostContext context, Set<String> servers) {}

    private final Map<String, SharedServer> byName;
    private final Map<Key, ToolHost> hosts = new ConcurrentHashMap<>();

    private SharedServers(Map<String, SharedServer> byName) {
        this.byName = byName;
    }

    /**
     * The servers of a setting.
     *
     * @throws IllegalArgumentException if it is wrong; the message has nothing of its content, because it becomes an event
     */
    static SharedServers of(String setting) {
        try {
            Map<String, SharedServer> servers = new LinkedHashMap<>();
            ServerFile.read(setting)
                    .mcpServers()
                    .forEach((name, entry) -> servers.put(name, new SharedServer(name, entry)));
            return new SharedServers(servers);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException(
                    "the setting " + McpProvider.SETTING
                            + " of this server is wrong; make it with McpProvider.setting, which says what is wrong",
                    wrong);
        }
    }

    /** The host with the tools of these servers. */
    ToolHost host(String name, List<String> servers, HostContext context) {
        Set<String> wanted = new TreeSet<>(servers);
        if (wanted.isEmpty() || !byName.keySet().containsAll(wanted)) {
            wanted.removeAll(byName.keySet());
            throw new IllegalArgumentException(
                    (wanted.isEmpty() ? "config of 'mcp' names no MCP server" : "no MCP server is named " + wanted)
                            + "; this server knows " + new TreeSet<>(byName.keySet())
                            + "; correct 'servers' in the config of processor-attached, or add it to the file of"
                            + " 'millrace serve --mcp' and restart the server");
        }
        return hosts.computeIfAbsent(new Key(context, wanted), key -> {
            ToolHost.Builder host = ToolHost.named(name).timers(context.timers());
            byName.forEach((server, shared) -> {
                if (wanted.contains(server)) {
                    host.source(shared.source());
                }
            });
            return host.build();
        });
    }

    /** Ends all programs and connections, at the same time; waits at most ten seconds. */
    @Override
    public void close() {
        CompletableFuture<Void> all = CompletableFuture.allOf(byName.values().stream()
                .map(server -> CompletableFuture.runAsync(server::close, SharedServer.THREADS))
                .toArray(CompletableFuture<?>[]::new));
        try {
            all.get(CLOSE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException stuck) {
            LOG.log(Level.WARNING, "an MCP server does not end", stuck);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
