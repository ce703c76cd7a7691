package dev.millrace.tools.mcp;

import io.modelcontextprotocol.client.transport.HttpClientStreamableHttpTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpClientTransport;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Where a server is: a program, or a URL.
 *
 * @param name a name for messages; empty if it has none
 * @param command the program and its arguments; empty for a URL
 * @param url empty for a program
 * @param environment variables for the program
 * @param headers headers of HTTP requests
 */
record ServerAddress(
        String name, List<String> command, String url, Map<String, String> environment, Map<String, String> headers) {
    /** The longest message of a server, in bytes. */
    private static final int MOST_MESSAGE = 16 << 20;

    private static final Duration CONNECT = Duration.ofSeconds(10);

    ServerAddress {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        headers = Map.copyOf(headers);
    }

    static ServerAddress ofProgram(List<String> command) {
        if (command.isEmpty() || command.get(0).isBlank()) {
            throw new IllegalArgumentException(
                    "an MCP server over stdio needs a program, for example Mcp.stdio(\"npx\", \"-y\", \"the-server\")");
        }
        return new ServerAddress("", command, "", Map.of(), Map.of());
    }

    static ServerAddress ofUrl(URI url) {
        boolean isHttp = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!isHttp || url.getHost() == null) {
            throw new IllegalArgumentException(
                    "the address of an MCP server must be an http or https URL, got '" + url + "'");
        }
        return new ServerAddress("", List.of(), url.toString(), Map.of(), Map.of());
    }

    ServerAddress withName(String newName) {
        return new ServerAddress(newName, command, url, environment, headers);
    }

    ServerAddress withEnvironment(Map<String, String> variables) {
        return new ServerAddress(name, command, url, variables, headers);
    }

    ServerAddress withHeaders(Map<String, String> more) {
        return new ServerAddress(name, command, url, environment, more);
    }

    /** A transport; {@code onEnd} gets the reason when the program has ended, or when the connection has broken. */
    McpClientTransport connect(Consumer<Throwable> onEnd) {
        if (!command.isEmpty()) {
            return new ProgramTransport(command, environment, MOST_MESSAGE, onEnd);
        }
        URI whole = URI.create(url);
        String path = whole.getRawPath() == null || whole.getRawPath().isEmpty() ? "/" : whole.getRawPath();
        String query = whole.getRawQuery() == null ? "" : "?" + whole.getRawQuery();
        String base = whole.getScheme() + "://" + whole.getRawAuthority();
        McpClientTransport http = HttpClientStreamableHttpTransport.builder(base)
                .endpoint(path + query)
                .jsonMapper(McpJsonDefaults.getMapper())
                .connectTimeout(CONNECT)
                .maxResponseSize(MOST_MESSAGE)
                .addHttpRequestCustomizer((request, method, uri, body, context) -> headers.forEach(request::setHeader))
                .build();
        return new WatchedTransport(http, onEnd);
    }

    /** Without arguments, paths and queries of URLs, variables and headers, which may be secret. */
    @Override
    public String toString() {
        String place = command.isEmpty() ? ofHost(URI.create(url)) : command.get(0);
        return name.isEmpty() ? place : "'" + name + "' (" + place + ")";
    }

    private static String ofHost(URI url) {
        return url.getScheme() + "://" + url.getHost() + (url.getPort() < 0 ? "" : ":" + url.getPort());
    }
}
