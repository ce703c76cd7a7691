package dev.millrace.cli;

import dev.millrace.cli.internal.chat.ChatCommand;
import dev.millrace.cli.internal.client.AppendCommand;
import dev.millrace.cli.internal.client.CopyCommand;
import dev.millrace.cli.internal.client.DeployCommand;
import dev.millrace.cli.internal.client.DestroyCommand;
import dev.millrace.cli.internal.client.ForkCommand;
import dev.millrace.cli.internal.client.ListCommand;
import dev.millrace.cli.internal.client.McpCommand;
import dev.millrace.cli.internal.client.ReadCommand;
import dev.millrace.cli.internal.client.RecordCommand;
import dev.millrace.cli.internal.client.StateCommand;
import dev.millrace.cli.internal.client.TailCommand;
import dev.millrace.cli.internal.demo.DemoCommand;
import dev.millrace.cli.internal.model.ModelCommand;
import dev.millrace.cli.internal.model.ModelProbeCommand;
import dev.millrace.cli.internal.replay.ReplayCommand;
import dev.millrace.cli.internal.service.BackupCommand;
import dev.millrace.cli.internal.service.ServeCommand;
import dev.millrace.cli.internal.service.TokenCommand;
import dev.millrace.cli.internal.service.TokenCreateCommand;
import dev.millrace.cli.internal.service.TokenListCommand;
import dev.millrace.cli.internal.service.TokenRevokeCommand;
import dev.millrace.cli.internal.service.VerifyCommand;
import dev.millrace.cli.internal.tck.TckCommand;
import dev.millrace.cli.internal.terminal.CliExceptionHandler;
import dev.millrace.cli.internal.terminal.HelpCommand;
import dev.millrace.cli.internal.terminal.InputText;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.VersionProvider;
import dev.millrace.cli.internal.webhook.WebhookCommand;
import dev.millrace.cli.internal.webhook.WebhookVerifyCommand;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The {@code millrace} command. Exit codes: 0 success, 1 failure, 2 wrong arguments. */
@Command(
        name = "millrace",
        description = "Event-sourced agents: every agent is a log with a URL.",
        mixinStandardHelpOptions = true,
        scope = ScopeType.INHERIT,
        versionProvider = VersionProvider.class,
        usageHelpAutoWidth = false,
        sortOptions = false,
        commandListHeading = "%nCommands:%n",
        optionListHeading = "%nOptions:%n",
        parameterListHeading = "%n",
        descriptionHeading = "%n",
        footerHeading = "%nExamples:%n",
        footer = {
            "  millrace demo                 an agent to talk to, no key needed",
            "  millrace serve                a server on http://127.0.0.1:4242",
            "  millrace tail /demo/agent     the events of a stream, live"
        })
public final class Millrace implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show stack traces and more of the log on standard error.")
    private boolean verbose;

    private Millrace() {}

    /** Runs a command and exits with its code. */
    public static void main(String[] args) {
        QuietLogging.install();
        System.exit(run(Terminal.ofProcess(), args));
    }

    static int run(Terminal terminal, String... args) {
        Optional<String> problem = InputText.problem(List.of(args));
        problem.ifPresent(terminal::note);
        int code = problem.isPresent()
                ? CommandLine.ExitCode.USAGE
                : commandLine(terminal).execute(args);
        terminal.out().flush();
        return code;
    }

    static CommandLine commandLine(Terminal terminal) {
        Millrace root = new Millrace();
        CommandLine commands = new CommandLine(root)
                .addSubcommand(new ServeCommand(terminal))
                .addSubcommand(new DemoCommand(terminal))
                .addSubcommand(new ChatCommand(terminal))
                .addSubcommand(new AppendCommand(terminal))
                .addSubcommand(new ReadCommand(terminal))
                .addSubcommand(new TailCommand(terminal))
                .addSubcommand(new RecordCommand(terminal))
                .addSubcommand(new ReplayCommand(terminal))
                .addSubcommand(new StateCommand(terminal))
                .addSubcommand(new ListCommand(terminal))
                .addSubcommand(new ForkCommand(terminal))
                .addSubcommand(new CopyCommand(terminal))
                .addSubcommand(new DestroyCommand(terminal))
                .addSubcommand(new DeployCommand(terminal))
                .addSubcommand(new McpCommand(terminal))
                .addSubcommand(new BackupCommand(terminal))
                .addSubcommand(new VerifyCommand(terminal))
                .addSubcommand(new CommandLine(new TokenCommand())
                        .addSubcommand(new TokenCreateCommand(terminal))
                        .addSubcommand(new TokenListCommand(terminal))
                        .addSubcommand(new TokenRevokeCommand(terminal)))
                .addSubcommand(new CommandLine(new ModelCommand()).addSubcommand(new ModelProbeCommand(terminal)))
                .addSubcommand(new CommandLine(new WebhookCommand()).addSubcommand(new WebhookVerifyCommand(terminal)))
                .addSubcommand(new TckCommand(terminal))
                .addSubcommand(new HelpCommand());
        CliExceptionHandler cliExceptionHandler = new CliExceptionHandler(terminal, () -> root.verbose);
        return commands.setOut(terminal.isInteractive() ? terminal.colorWriter() : terminal.writer())
                .setErr(terminal.errorWriter())
                .setExpandAtFiles(false)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpWidth(Math.max(60, Math.min(110, terminal.columns())))
                .setColorScheme(CommandLine.Help.defaultColorScheme(terminal.isInteractive() ? Ansi.ON : Ansi.OFF))
                .setParameterExceptionHandler(cliExceptionHandler)
                .setExecutionExceptionHandler(cliExceptionHandler)
                .setExecutionStrategy(parsed -> {
                    if (root.verbose) {
                        QuietLogging.speakUp();
                    }
                    return new CommandLine.RunLast().execute(parsed);
                });
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
