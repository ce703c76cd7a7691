package dev.millrace.tools.mcp;

import io.modelcontextprotocol.client.transport.ServerParameters;
import io.modelcontextprotocol.client.transport.StdioClientTransport;
import io.modelcontextprotocol.json.McpJsonDefaults;
import io.modelcontextprotocol.spec.McpSchema.JSONRPCMessage;
import java.lang.System.Logger.Level;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import reactor.core.publisher.Mono;

/** The transport to a program. Unlike the one of the library it says when the program has ended. */
final class ProgramTransport extends StdioClientTransport {
    /** What a program gets of the environment of this process: no keys and tokens. */
    private static final Set<String> INHERITED = Set.of(
            "PATH",
            "HOME",
            "USER",
            "LOGNAME",
            "SHELL",
            "TERM",
            "LANG",
            "LC_ALL",
            "TZ",
            "TMPDIR",
            "HTTP_PROXY",
            "HTTPS_PROXY",
            "NO_PROXY",
            "NODE_EXTRA_CA_CERTS",
            "SSL_CERT_FILE",
            "SSL_CERT_DIR",
            "APPDATA",
            "LOCALAPPDATA",
            "PATHEXT",
            "PROGRAMFILES",
            "SYSTEMROOT",
            "TEMP",
            "TMP",
            "USERPROFILE");

    private static final System.Logger LOG = System.getLogger("dev.millrace.tools.mcp");

    private final String name;
    private final Runnable onEnd;

    ProgramTransport(ServerParameters program, int mostMessage, Runnable onEnd) {
        super(program, McpJsonDefaults.getMapper(), mostMessage);
        this.name = program.getCommand();
        this.onEnd = onEnd;
        setStdErrorHandler(line -> LOG.log(Level.DEBUG, () -> name + ": " + line));
    }

    @Override
    protected ProcessBuilder getProcessBuilder() {
        ProcessBuilder builder = super.getProcessBuilder();
        builder.environment().keySet().removeIf(name -> !INHERITED.contains(name.toUpperCase(Locale.ROOT)));
        return builder;
    }

    @Override
    public Mono<Void> connect(Function<Mono<JSONRPCMessage>, Mono<JSONRPCMessage>> handler) {
        return super.connect(handler).doOnSuccess(nothing -> {
            Thread waiter = new Thread(this::awaitEnd, "millrace-mcp-" + name);
            waiter.setDaemon(true);
            waiter.start();
        });
    }

    private void awaitEnd() {
        awaitForExit();
        onEnd.run();
    }
}
