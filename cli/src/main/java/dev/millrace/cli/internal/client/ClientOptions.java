package dev.millrace.cli.internal.client;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.client.HttpEventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import java.net.URI;
import java.time.Duration;
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
    private static final Duration PATIENCE = Duration.ofSeconds(60);

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
        return connect("", "", "");
    }

    /** As {@link #connect()}, with other values for those that are not empty. Another server gets only its own token. */
    HttpEventStreams connect(String otherUrl, String otherProject, String otherToken) {
        String server = otherUrl.isEmpty() ? url : otherUrl;
        String bearer = otherToken.isEmpty() && server.equals(url) ? token : otherToken;
        try {
            HttpEventStreams.Builder builder = HttpEventStreams.builder(URI.create(server))
                    .project(otherProject.isEmpty() ? project() : ProjectSlug.of(otherProject));
            return (bearer.isEmpty() ? builder : builder.token(bearer)).build();
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
        return await(answer, PATIENCE);
    }

    /** As {@link #await(CompletableFuture)}, for at most so long. */
    static <T> T await(CompletableFuture<T> answer, Duration most) throws Exception {
        try {
            return answer.get(most.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception failure ? failure : e;
        } catch (TimeoutException e) {
            throw new CommandException(
                    "no answer within " + most.toSeconds() + " s; check whether the server is overloaded or stopped",
                    e);
        }
    }
}
