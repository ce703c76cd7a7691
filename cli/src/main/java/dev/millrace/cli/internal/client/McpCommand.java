package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.tools.mcp.server.StreamMcpServer;
import java.io.PrintStream;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code millrace mcp}: offers a stream to an MCP client, over standard input and output. */
@Command(
        name = "mcp",
        description = {
            "Offers a stream, and the streams below it, to a program that speaks the Model Context Protocol, for example"
                    + " a coding agent. That program starts this command.",
            "Its tools are read, append, say and state. They can do what the token can. It ends when standard input ends."
        },
        footer = {"  millrace mcp /ann", "  millrace mcp /demo/agent --url https://mill.example.org"})
public final class McpCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream, /ann for example; / is all streams.")
    private String path = "";

    public McpCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        StreamPath root = clientOptions.path(path);
        PrintStream standardOut = System.out;
        System.setOut(terminal.err()); // what a library prints would break the protocol
        try (HttpEventStreams streams = clientOptions.connect();
                StreamMcpServer server = StreamMcpServer.of(streams, root, terminal.in(), terminal.protocolOut())) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "millrace-stop"));
            server.run();
        } finally {
            System.setOut(standardOut);
        }
        return 0;
    }
}
