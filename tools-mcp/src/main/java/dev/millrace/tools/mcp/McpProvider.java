package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.core.payload.StrictPayload;
import dev.millrace.core.processor.Processor;
import dev.millrace.processors.agent.tool.ToolHost;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The provider of {@link ToolHost} processors with the tools of MCP servers, under the name {@code tool-host.mcp}; the
 * shorter name {@code mcp} means the same.
 *
 * <p>The setting {@value #SETTING} of the server says which MCP servers there are: the operator decides what is started
 * or connected to. The config of {@code processor-attached}, {@code {"servers": ["files"]}}, only names some of them.
 * All streams of a server share one program, or one connection, for each MCP server; it is started when a stream needs
 * it first, and ends with {@link #close}. Thread-safe.
 *
 * @since 0.1
 */
public final class McpProvider implements ProcessorProvider, AutoCloseable {
    /** The name of the setting that has the MCP servers, as {@link #setting} makes it. */
    public static final String SETTING = "mcp.servers";

    private static final String HOST = "mcp";
    private static final StrictPayload<Config> CONFIG = StrictPayload.of(Config.class);

    private final Map<String, SharedServers> bySetting = new ConcurrentHashMap<>();

    /** The config of {@code processor-attached}. */
    record Config(List<String> servers) {}

    /** For {@link java.util.ServiceLoader}. */
    public McpProvider() {}

    /**
     * Checks the text of a file of MCP servers and makes the value of the setting {@value #SETTING} from it. The value
     * has the secrets of the file.
     *
     * @param json {@code {"mcpServers": {"files": {"command": "npx", "args": [...]}, "web": {"url": "https://..."}}}}
     * @param variables the values of <code>${NAME}</code> in the text, for example {@code System.getenv()}
     * @throws IllegalArgumentException if it is wrong; the message says where and why, and has no values of variables
     */
    public static String setting(String json, Map<String, String> variables) {
        return ServerFile.resolve(json, variables);
    }

    @Override
    public String name() {
        return "tool-host." + HOST;
    }

    @Override
    public Set<String> aliases() {
        return Set.of(HOST);
    }

    /**
     * A host of the tools of the named servers. It is the same for all streams of a project that name the same ones.
     *
     * @throws IllegalArgumentException if the config is wrong, or names a server that the setting does not have
     */
    @Override
    public Processor<?> create(JsonNode config, HostContext context) {
        StrictPayload.Result<Config> read = CONFIG.read(config);
        if (read.value().isEmpty()) {
            throw new IllegalArgumentException("config of '" + HOST + "': "
                    + String.join(", ", read.problems()).replace("payload.", "")
                    + "; it names MCP servers of this server: {\"servers\": [\"files\"]}");
        }
        String setting = context.setting(SETTING)
                .orElseThrow(() -> new IllegalArgumentException("this server has no MCP servers; start it with"
                        + " 'millrace serve --mcp FILE', or set " + SETTING));
        return bySetting
                .computeIfAbsent(setting, SharedServers::of)
                .host(HOST, read.value().get().servers(), context);
    }

    /** Ends all programs and connections. */
    @Override
    public void close() {
        bySetting.values().forEach(SharedServers::close);
        bySetting.clear();
    }
}
