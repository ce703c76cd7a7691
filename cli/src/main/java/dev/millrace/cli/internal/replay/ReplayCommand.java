package dev.millrace.cli.internal.replay;

import dev.millrace.cli.internal.service.ProcessorClasspath;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.InputText;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.StateTimeline;
import dev.millrace.testkit.log.MalformedLogException;
import dev.millrace.testkit.log.RecordedLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace replay}: shows the states of a processor at each event of a recorded log. */
@Command(
        name = "replay",
        description = {
            "Shows the states of a processor at each event of a recorded log, forwards and backwards. No effects run.",
            "The processor is a built-in one, given by its name, or a class on the --classpath. Its constructor gets"
                    + " placeholders for parameters that are interfaces.",
            "",
            "Commands, from --command, or from standard input, one per line:",
            "  goto N        to the event at offset N; 0 is before the first one",
            "  next [K]      K events forward",
            "  prev [K]      K events back",
            "  state [PLACE] the state at this event, or a part of it",
            "  diff [A [B]]  what the last event changed, or what changed from A to here or to B",
            "  why PLACE     the event that last changed this part of the state",
            "  event         the complete event",
            "  events [A B]  the events, one per line",
            "  help, quit"
        },
        footer = {
            "  millrace replay --processor circuit-breaker logs/demo.yaml",
            "  millrace replay --processor org.example.ChatProcessor --classpath target/classes logs/chat.yaml",
            "  millrace replay --processor circuit-breaker logs/demo.yaml --command 'goto 5; diff; why $.paused'"
        })
public final class ReplayCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(index = "0", paramLabel = "FILE", description = "The log, as 'millrace record' writes it.")
    private Path file = Path.of("");

    @Option(
            names = "--processor",
            required = true,
            paramLabel = "NAME",
            description = "A built-in processor's name, or the name of a class.")
    private String processor = "";

    @Option(
            names = "--classpath",
            paramLabel = "JAR",
            description = "Jars and directories of classes, separated as in a class path; DIR/* means all jars in DIR."
                    + " Can be given more than once.")
    private List<String> classPath = List.of();

    @Option(
            names = "--config",
            paramLabel = "JSON",
            description = "The configuration of a built-in processor, as in processor-attached. Default: {}")
    private String config = "{}";

    @Option(
            names = "--command",
            paramLabel = "TEXT",
            description = "Commands, separated by ';', instead of standard input. If one fails, replay ends with 1.")
    private List<String> commands = List.of();

    @Option(
            names = "--allow-malformed",
            description = "Payloads may not fit their classes; the processor gets them as a runner passes them on."
                    + " Otherwise such a payload is a mistake in the log.")
    private boolean allowMalformed;

    public ReplayCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() throws IOException {
        try (ProcessorClasspath source = ProcessorClasspath.open(classPath, terminal.environment())) {
            replay(source.processor(processor, config));
        }
        return 0;
    }

    private <S> void replay(Processor<S> subject) throws IOException {
        ReplaySession session = new ReplaySession(timeline(subject), terminal);
        if (!commands.isEmpty()) {
            executed(session, String.join(";", commands));
        } else {
            converse(session);
        }
    }

    private <S> StateTimeline<S> timeline(Processor<S> subject) {
        try {
            RecordedLog log = RecordedLog.read(file);
            return StateTimeline.of(subject, allowMalformed ? log.allowingMalformed() : log);
        } catch (MalformedLogException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        } catch (AssertionError e) { // thrown by the testkit if the reducer fails
            throw new CommandException("cannot replay " + file + ": " + e.getMessage(), e);
        } catch (LinkageError e) {
            throw new CommandException(
                    "cannot replay " + file + ": '" + subject.slug() + "' needs " + e.getMessage()
                            + "; add its jar to --classpath",
                    e);
        }
    }

    /**
     * Reads commands until the end. In a terminal an error is printed and the loop continues; in a script the first
     * error ends it.
     */
    private void converse(ReplaySession session) throws IOException {
        BufferedReader lines = InputText.lines(terminal.in());
        boolean isPerson = terminal.isInteractive();
        boolean hasMore = true;
        if (isPerson) {
            session.greet();
        }
        while (hasMore) {
            if (isPerson) {
                session.prompt();
            }
            String line = lines.readLine();
            hasMore = line != null && (isPerson ? answered(session, line) : executed(session, line));
        }
    }

    private boolean answered(ReplaySession session, String line) {
        try {
            return executed(session, line);
        } catch (CommandException e) {
            terminal.note(String.valueOf(e.getMessage()));
            return true;
        }
    }

    private static boolean executed(ReplaySession session, String line) {
        for (String command : ReplayScript.split(line)) {
            if (!session.execute(command)) {
                return false;
            }
        }
        return true;
    }
}
