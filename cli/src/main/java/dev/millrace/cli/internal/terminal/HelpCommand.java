package dev.millrace.cli.internal.terminal;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code millrace help}: the help of a command, also of one below another, as in {@code help token create}. */
@Command(name = "help", helpCommand = true, description = "Shows the help of a command, or the list of commands.")
public final class HelpCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // set by the parser
    private CommandSpec spec;

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "The command, for example: token create")
    private List<String> names = new ArrayList<>();

    @Override
    public void run() {
        CommandLine asked = spec.parent().commandLine();
        for (String name : names) {
            CommandLine next = asked.getSubcommands().get(name);
            if (next == null) {
                throw new ParameterException(asked, "there is no command '" + String.join(" ", names) + "'");
            }
            asked = next;
        }
        asked.usage(spec.commandLine().getOut(), asked.getColorScheme());
    }
}
