package dev.millrace.cli.internal.webhook;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.InputText;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.server.webhook.SignatureScheme;
import dev.millrace.server.webhook.Verification;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code millrace webhook verify}: checks the signature of a request, and says why it fails. */
@Command(
        name = "verify",
        description = {
            "Reads one webhook request from standard input, checks its signature, and says why it fails.",
            "The input is a raw HTTP request: header lines, an empty line, and the body as it was sent. It can also be"
                    + " an 'invalid-event-appended' event in JSON, as a stream stored it; then the clock is the time of"
                    + " the event."
        },
        footer = {
            "  millrace webhook verify --scheme github --secret-file secret.txt < request.txt",
            "  millrace webhook verify --scheme stripe --secret-file secret.txt --now 2026-01-01T12:00:00Z < event.json",
            "  millrace webhook verify --scheme hmac --header X-Signature --secret-file secret.txt < request.txt"
        })
public final class WebhookVerifyCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Option(
            names = "--scheme",
            paramLabel = "NAME",
            required = true,
            description = "How the sender signs: github, stripe, slack, standard-webhooks or hmac.")
    private String scheme = "";

    @Option(
            names = "--secret-file",
            paramLabel = "FILE",
            required = true,
            description = "The file with the secret. A line break at its end does not count.")
    private Path secretFile = Path.of("");

    @Mixin
    private final HmacOptions hmac = new HmacOptions();

    @Option(
            names = "--tolerance",
            paramLabel = "DURATION",
            description = "How far the time of the signature may be from the clock. Default: PT5M")
    private @Nullable String tolerance;

    @Option(
            names = "--now",
            paramLabel = "INSTANT",
            description =
                    "The time on the clock, for example 2026-01-01T12:00:00Z. Default: now, or the time of the event")
    private @Nullable String now;

    public WebhookVerifyCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        SchemeFactory schemes = hmac.schemes(scheme, spec.commandLine());
        Duration most = tolerance == null
                ? SignatureScheme.DEFAULT_TOLERANCE
                : parsed("--tolerance", "a duration, for example PT5M", tolerance, Duration::parse);
        if (most.isNegative()) {
            throw new ParameterException(spec.commandLine(), "--tolerance must not be negative, got " + most);
        }
        Instant given =
                now == null ? null : parsed("--now", "a time, for example 2026-01-01T12:00:00Z", now, Instant::parse);
        String secret = InputText.ofFile(secretFile);
        SignatureScheme configured;
        try {
            configured = schemes.with(withoutLineBreak(secret)).withTolerance(most);
        } catch (IllegalArgumentException e) {
            throw new CommandException(secretFile + ": " + e.getMessage(), e);
        }
        if (tolerance != null && !configured.hasTime()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--tolerance has no effect: signatures of this scheme have no time; leave it out");
        }
        RequestInput input = RequestInput.parse(terminal.in().readAllBytes());
        Instant clock = given != null ? given : input.storedAt().orElseGet(Instant::now);
        Verification result = configured.verify(input.request(), clock);
        if (!result.isVerified()) {
            throw new CommandException("not verified: " + result.message()
                    + new FailureDiagnosis(schemes, configured, secret, input, clock).hint(result.outcome()));
        }
        terminal.out().println("verified: " + result.message());
        return 0;
    }

    static String withoutLineBreak(String secret) {
        return secret.replaceFirst("\\r?\\n\\z", "");
    }

    private <T> T parsed(String option, String expected, String text, Function<String, T> parser) {
        try {
            return parser.apply(text);
        } catch (DateTimeException e) {
            throw new ParameterException(
                    spec.commandLine(), option + " must be " + expected + ", got '" + text + "'", e);
        }
    }
}
