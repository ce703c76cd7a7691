package dev.millrace.cli.internal.service;

import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.server.security.AccessTokens;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace token create}: creates and prints a token. */
@Command(
        name = "create",
        description = {
            "Creates a token and prints it. The service stores only its hash.",
            "read: events, state, lists. append: ordinary events. process: appends of a"
                    + " processor outside the server, together with read and append. control: events that pause, resume, or configure breaker,"
                    + " schedules, subscriptions, transformers and processors. deploy: scripts and their variables."
                    + " admin: everything, also destroy and secrets."
        },
        footer = {
            "  millrace token create --prefix /team --allow read,append --expires 30d",
            "  millrace token create --allow admin --project '*'",
            "  export MILLRACE_TOKEN=$(millrace token create --allow read,append)"
        })
public final class TokenCreateCommand implements Callable<Integer> {
    private static final Pattern LIFETIME = Pattern.compile("([1-9]\\d{0,5})([smhd])");

    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Mixin
    private final TokenStoreOptions file = new TokenStoreOptions();

    @Option(
            names = "--prefix",
            paramLabel = "PATH",
            defaultValue = "/",
            description = "It is valid for this stream and all streams below. Default: ${DEFAULT-VALUE}")
    private String prefix = "/";

    @Option(
            names = "--allow",
            paramLabel = "OPERATION",
            split = ",",
            required = true,
            description = "What it allows: read, append, process, approve, control, deploy, admin.")
    private List<String> allow = List.of();

    @Option(
            names = "--expires",
            paramLabel = "TIME",
            description = "How long it is valid: 90s, 15m, 12h, 30d. Default: for ever")
    private @Nullable String expires;

    @Option(
            names = "--project",
            paramLabel = "SLUG",
            defaultValue = "public",
            description = "The project for which it is valid, or * for all. Default: ${DEFAULT-VALUE}")
    private String project = "public";

    public TokenCreateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        AccessTokens.Created created;
        try {
            Set<Operation> operations = EnumSet.noneOf(Operation.class);
            allow.forEach(word -> operations.add(Operation.of(word)));
            Optional<ProjectSlug> slug = project.equals("*") ? Optional.empty() : Optional.of(ProjectSlug.of(project));
            Optional<Duration> lifetime = Optional.ofNullable(expires).map(this::lifetime);
            created = file.open().create(slug, StreamPath.of(prefix), operations, lifetime);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
        }
        terminal.out().println(created.token());
        terminal.note("token " + created.grant().id() + ": " + TokenListCommand.describe(created.grant())
                + "; it is not shown again");
        return 0;
    }

    private Duration lifetime(String text) {
        Matcher matcher = LIFETIME.matcher(text.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "--expires must be a number with s, m, h or d, for example 30d, got '" + text + "'");
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            case "h" -> Duration.ofHours(number);
            default -> Duration.ofDays(number);
        };
    }
}
