package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Which server a client command talks to. */
public final class ServerOptions {
    private static final long MOST_SECONDS = 60;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec command;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:MILLRACE_URL:-http://127.0.0.1:4242}",
            description = "The server; MILLRACE_URL sets it as well. Default: ${DEFAULT-VALUE}")
    private String url = "";

    @Option(names = "--project", paramLabel = "SLUG", description = "Whose streams. Default: public")
    private String project = "";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:MILLRACE_TOKEN:-}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "The token to send, where one is needed; MILLRACE_TOKEN sets it as well, and shows less.")
    private String token = "";

    /** A client of that server; whoever asks closes it. */
    HttpEventStreams connect() {
        try {
            HttpEventStreams.Builder builder =
                    HttpEventStreams.builder(URI.create(url)).project(project());
            return (token.isEmpty() ? builder : builder.token(token)).build();
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * Whose streams.
     *
     * @throws IllegalArgumentException when what was typed is not a slug
     */
    ProjectSlug project() {
        return project.isEmpty() ? ProjectSlug.defaultProject() : ProjectSlug.of(project);
    }

    /** A path as it was typed. */
    StreamPath path(String text) {
        try {
            return StreamPath.of(text);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(command.commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    /** The answer to a call; failures come as they are, not wrapped. */
    public static <T> T await(CompletableFuture<T> answer) throws Exception {
        try {
            return answer.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        } catch (TimeoutException e) {
            throw new CommandException("no answer within " + MOST_SECONDS + " s; is the server busy or stopped?", e);
        }
    }
}
