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
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The picocli options of client commands: server, project, token. */
public final class ClientOptions {
    private static final long MOST_SECONDS = 60;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec command;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${env:MILLRACE_URL:-http://127.0.0.1:4242}",
            description = "The server; or set MILLRACE_URL. Default: ${DEFAULT-VALUE}")
    private String url = "";

    @Option(names = "--project", paramLabel = "SLUG", description = "The project. Default: public")
    private String project = "";

    @Option(
            names = "--token",
            paramLabel = "TOKEN",
            defaultValue = "${env:MILLRACE_TOKEN:-}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = "The token, if the server requires one; MILLRACE_TOKEN is safer: it is in no process list.")
    private String token = "";

    /** A client of that server; the caller closes it. */
    public HttpEventStreams connect() {
        try {
            HttpEventStreams.Builder builder =
                    HttpEventStreams.builder(URI.create(url)).project(project());
            return (token.isEmpty() ? builder : builder.token(token)).build();
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()), e);
        }
    }

    /** The project; throws an {@link IllegalArgumentException} if the typed text is not a slug. */
    ProjectSlug project() {
        return project.isEmpty() ? ProjectSlug.defaultProject() : ProjectSlug.of(project);
    }

    public StreamPath path(String text) {
        try {
            return StreamPath.of(text);
        } catch (IllegalArgumentException e) {
            throw usage(String.valueOf(e.getMessage()), e);
        }
    }

    /** The exception for wrong arguments of the command. */
    ParameterException usage(String message, @Nullable Throwable cause) {
        return new ParameterException(command.commandLine(), message, cause);
    }

    public ParameterException usage(String message) {
        return usage(message, null);
    }

    /** Waits for an answer; a failure is thrown without its wrapper. */
    public static <T> T await(CompletableFuture<T> answer) throws Exception {
        try {
            return answer.get(MOST_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        } catch (TimeoutException e) {
            throw new CommandException(
                    "no answer within " + MOST_SECONDS + " s; check whether the server is overloaded or stopped", e);
        }
    }
}
