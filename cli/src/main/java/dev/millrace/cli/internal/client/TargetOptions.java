package dev.millrace.cli.internal.client;

import dev.millrace.client.HttpEventStreams;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** The picocli options of a command that writes to another place than it reads from. */
final class TargetOptions {
    @Option(
            names = "--to-url",
            paramLabel = "URL",
            description = "The server of the new stream. Default: that of --url")
    private String url = "";

    @Option(
            names = "--to-project",
            paramLabel = "SLUG",
            description = "The project of the new stream. Default: that of --project")
    private String project = "";

    @Option(
            names = "--to-token",
            paramLabel = "TOKEN",
            defaultValue = "${env:MILLRACE_TO_TOKEN:-}",
            showDefaultValue = CommandLine.Help.Visibility.NEVER,
            description = {
                "The token for the new stream, or MILLRACE_TO_TOKEN.",
                "Default: that of --token without --to-url, else none"
            })
    private String token = "";

    /** A client of the target; the caller closes it. The token of the source is sent to no other server. */
    HttpEventStreams connect(ClientOptions source) {
        return source.connect(url, project, token);
    }
}
