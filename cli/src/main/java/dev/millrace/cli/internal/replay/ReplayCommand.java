package dev.millrace.cli.internal.replay;

import dev.millrace.cli.internal.service.ProcessorClasspath;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.StateTimeline;
import dev.millrace.testkit.log.MalformedLogException;
import dev.millrace.testkit.log.RecordedLog;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code millrace replay}: back and forth through the states of a processor over a recorded log. */
@Command(
        name = "replay",
        description = {
            "Goes back and forth through the states of a processor over a recorded log. No effect runs.",
            "The processor is a built-in one by its name, or a class of yours on the --classpath; what its constructor"
                    + " needs for its effects may be missing.",
            "",
            "Commands, from --command or one a line from standard input:",
            "  goto N        to the event at offset N; 0 is before the first one",
            "  next [K]      K events on",
            "  prev [K]      K events back",
            "  state [PLACE] the state there, or a part of it",
            "  diff [A [B]]  what the last event changed, or what changed from A to here or to B",
            "  why PLACE     which event made it what it is",
            "  event         the event, whole",
            "  events [A B]  the events, a line each",
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
            description = "Jars and directories of classes, separated like a class path; DIR/* is every jar in it."
                    + " May be given more than once.")
    private List<String> classPath = List.of();

    @Option(
            names = "--config",
            paramLabel = "JSON",
            description = "What the processor was attached with, for a built-in one. Default: {}")
    private String config = "{}";

    @Option(
            names = "--command",
            paramLabel = "TEXT",
            description =
                    "Commands, separated by ';', in place of standard input. The first that fails ends it with 1.")
    private List<String> commands = List.of();

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
            for (String command : ReplayScript.split(String.join(";", commands))) {
                if (!session.obey(command)) {
                    return;
                }
            }
        } else {
            converse(session);
        }
    }

    private <S> StateTimeline<S> timeline(Processor<S> subject) {
        try {
            return StateTimeline.of(subject, RecordedLog.read(file));
        } catch (MalformedLogException e) {
            throw new CommandException(String.valueOf(e.getMessage()), e);
        } catch (AssertionError e) { // how a reducer fails in tests
            throw new CommandException("cannot replay " + file + ": " + e.getMessage(), e);
        } catch (LinkageError e) {
            throw new CommandException(
                    "cannot replay " + file + ": '" + subject.slug() + "' misses " + e.getMessage()
                            + "; add its jar to --classpath",
                    e);
        }
    }

    /** A person's mistake is answered; that of a script ends it. */
    private void converse(ReplaySession session) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(terminal.in(), StandardCharsets.UTF_8));
        boolean isPerson = terminal.isInteractive();
        boolean goesOn = true;
        if (isPerson) {
            session.greet();
        }
        while (goesOn) {
            if (isPerson) {
                session.prompt();
            }
            String line = lines.readLine();
            goesOn = line != null && (isPerson ? answered(session, line) : obeyed(session, line));
        }
    }

    private boolean answered(ReplaySession session, String line) {
        try {
            return obeyed(session, line);
        } catch (CommandException e) {
            terminal.note(String.valueOf(e.getMessage()));
            return true;
        }
    }

    private static boolean obeyed(ReplaySession session, String line) {
        for (String command : ReplayScript.split(line)) {
            if (!session.obey(command)) {
                return false;
            }
        }
        return true;
    }
}
