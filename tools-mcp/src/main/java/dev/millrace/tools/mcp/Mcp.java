package dev.millrace.tools.mcp;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.tool.Tool;
import dev.millrace.processors.agent.tool.ToolSource;
import io.modelcontextprotocol.spec.McpSchema;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The tools of an MCP server, for an agent:
 *
 * <pre>{@code
 * Agent.named("support")
 *         .model(model)
 *         .tools(Mcp.stdio("npx", "-y", "@modelcontextprotocol/server-filesystem", "/srv/files").prefix("files_"))
 *         .build();
 * }</pre>
 *
 * <p>The server is started, or connected to, when the agent begins to act. If it ends or the connection breaks, it is
 * started again, after half a second at first and a minute at most; its tools stay offered meanwhile, and a call waits up
 * to ten seconds for it. When the server says that its tools have changed, they are offered again.
 *
 * <p>The hints of a tool decide what a second run may do: {@code readOnlyHint} makes it {@link Tool#readOnly}, {@code
 * idempotentHint} {@link Tool#idempotent}; a tool without these hints is {@link Tool#once}. So if the server ends in the
 * middle of a call, the outcome of a {@code once} tool is unknown. Hints come from the server: {@link #each} changes what
 * you do not trust.
 *
 * <p>A result is given to the model as text: texts as they are, structured content as JSON, images and other data by
 * their type and size. A message of the server of more than 16 MiB ends the connection. Sampling, elicitation and roots
 * are not offered to the server.
 *
 * <p>Each of the methods {@code env}, {@code header}, {@code prefix}, {@code within} and {@code each} returns another,
 * unconnected source. Thread-safe.
 *
 * @since 0.1
 */
public final class Mcp implements ToolSource {
    static final Pattern PREFIX = Pattern.compile("[A-Za-z0-9_-]{0,32}");

    private final ServerAddress address;
    private final ToolConverter converter;
    private final McpConnection connection;

    private Mcp(ServerAddress address, ToolConverter converter) {
        this.address = address;
        this.converter = converter;
        this.connection = new McpConnection(address, Timers.system(), converter);
    }

    /**
     * A server that is a program, which reads requests from standard input and writes answers to standard output.
     *
     * @param command the program and its arguments
     * @throws IllegalArgumentException if there is no program
     */
    public static Mcp stdio(String... command) {
        return stdio(List.of(command));
    }

    /** As {@link #stdio(String...)}. */
    public static Mcp stdio(List<String> command) {
        return at(ServerAddress.ofProgram(command));
    }

    /**
     * A server with the transport "streamable HTTP".
     *
     * @param url its address, for example {@code https://example.com/mcp}
     * @throws IllegalArgumentException if it is no HTTP URL
     */
    public static Mcp http(URI url) {
        return at(ServerAddress.ofUrl(url));
    }

    static Mcp at(ServerAddress address) {
        return new Mcp(address, ToolConverter.UNCHANGED);
    }

    /** A name for messages. */
    Mcp named(String name) {
        return new Mcp(address.withName(name), converter);
    }

    /**
     * Sets a variable in the environment of the program. It also gets PATH, HOME, the addresses of proxies, without user
     * and password, and a few others of this process, but no keys or tokens.
     */
    public Mcp env(String name, String value) {
        Map<String, String> all = new TreeMap<>(address.environment());
        all.put(name, value);
        return new Mcp(address.withEnvironment(all), converter);
    }

    /** Sends a header with each HTTP request, for example {@code Authorization}. */
    public Mcp header(String name, String value) {
        Map<String, String> all = new TreeMap<>(address.headers());
        all.put(name, value);
        return new Mcp(address.withHeaders(all), converter);
    }

    /**
     * Puts a text in front of the names of all tools, so that the tools of two servers differ.
     *
     * @param text at most 32 characters of {@code A-Z a-z 0-9 _ -}
     * @throws IllegalArgumentException if it has others
     */
    public Mcp prefix(String text) {
        if (!PREFIX.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "the prefix of tools must have at most 32 characters of A-Z a-z 0-9 _ -, got '" + text + "'");
        }
        return new Mcp(address, converter.withPrefix(text));
    }

    /** The longest time of a call, positive; 60 s by default. */
    public Mcp within(Duration longest) {
        if (longest.isZero() || longest.isNegative()) {
            throw new IllegalArgumentException("the longest time of a call must be positive, got " + longest);
        }
        return new Mcp(address, converter.withLimit(longest));
    }

    /** Changes each tool before it is offered, for example {@code tool -> tool.approval()}. */
    public Mcp each(UnaryOperator<Tool<JsonNode>> change) {
        return new Mcp(address, converter.withChange(change));
    }

    @Override
    public void start(Consumer<List<Tool<?>>> listener) {
        connection.start(listener);
    }

    /** Ends the program, or the connection; running calls end. */
    @Override
    public void close() {
        connection.close();
    }

    /** What it offers if its server lists these tools. */
    List<Tool<?>> tools(List<McpSchema.Tool> listed) {
        return converter.convert(listed, connection);
    }

    /** Names the program or the address, but no arguments, variables and headers, which may be secret. */
    @Override
    public String toString() {
        return "MCP server " + address;
    }
}
