package dev.millrace.cli.internal.chat;

import dev.millrace.cli.internal.client.ClientOptions;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.tool.By;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace chat}: talks to the agent of a stream. */
@Command(
        name = "chat",
        description = {
            "Talks to the agent of a stream: each line is a message. Calls of tools that need an approval are asked"
                    + " about.",
            "Without a terminal the answers go to standard output, and it ends with 1 if a message got none."
        },
        footer = {
            "  millrace chat /demo/agent",
            "  millrace chat /agents/1 --attach",
            "  echo \"What is 6 * 7?\" | millrace chat /demo/agent"
        })
public final class ChatCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin
    private final ClientOptions clientOptions = new ClientOptions();

    @Parameters(index = "0", paramLabel = "PATH", description = "The stream, /demo/agent for example.")
    private String path = "";

    @Option(
            names = "--as",
            paramLabel = "NAME",
            defaultValue = "${sys:user.name}",
            description = "Who approves calls. Default: the name of the user, ${DEFAULT-VALUE}")
    private String person = "";

    @Option(names = "--attach", description = "Attach the agent of the server to the stream, if it has none.")
    private boolean attach;

    @Option(
            names = "--timeout",
            paramLabel = "SECONDS",
            defaultValue = "300",
            description = "Without a terminal: how long to wait for an answer. Default: ${DEFAULT-VALUE}")
    private int timeout;

    public ChatCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws Exception {
        StreamPath stream = clientOptions.path(path);
        if (person.isBlank()) {
            throw clientOptions.usage("--as must be the name of a person, got nothing");
        }
        if (timeout < 1) {
            throw clientOptions.usage("--timeout must be 1 or more, got " + timeout);
        }
        try (HttpEventStreams streams = clientOptions.connect()) {
            AgentCheck check = new AgentCheck(streams, stream);
            if (attach) {
                check.attach();
            }
            Conversation talk = Conversation.at(streams, stream);
            if (!terminal.hasKeyboard()) {
                return new ChatScript(terminal, talk, check, Duration.ofSeconds(timeout)).run() ? 0 : 1;
            }
            new ChatSession(terminal, talk, By.person(person.strip()), check).run();
            return 0;
        }
    }
}
