package dev.millrace.cli.internal.replay;

import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.contracts.text.HostileText;
import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.StateTimeline;
import dev.millrace.testkit.log.RecordedLog;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The commands of a replay are read in a time that is linear in their length. */
class CommandParsersTest {
    private record Counter() implements Processor<Map<String, Integer>> {
        @Override
        public String slug() {
            return "counter";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.empty();
        }

        @Override
        public Map<String, Integer> initialState() {
            return Map.of("count", 0);
        }

        @Override
        public Map<String, Integer> reduce(Map<String, Integer> state, Event event) {
            return Map.of("count", state.getOrDefault("count", 0) + 1);
        }
    }

    private static final PrintStream NOWHERE =
            new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);

    private final ReplaySession session = new ReplaySession(
            StateTimeline.of(new Counter(), RecordedLog.parse("- type: a\n- type: b\n", "log")),
            new Terminal(InputStream.nullInputStream(), NOWHERE, NOWHERE, false, false, 80, Map.of()));

    @Test
    void should_execute_a_command_in_linear_time() {
        LinearTimeCheck.of("command", session::execute)
                .refusingWith(CommandException.class)
                .sampled()
                .check(around("why $.count", "events 1 2"));
        for (String command : List.of("goto ", "next ", "state ", "diff ", "diff 1 ", "why ", "events 0 ", "event ")) {
            LinearTimeCheck.of("command", session::execute)
                    .refusingWith(CommandException.class)
                    .check(List.of(
                            HostileText.within(command, "9", ""),
                            HostileText.within(command, " ", "x"),
                            HostileText.within(command, "1 ", ""),
                            HostileText.within(command, "[0]", ""),
                            HostileText.within(command + "$", ".a", "")));
        }
    }

    @Test
    void should_split_commands_in_linear_time() {
        LinearTimeCheck.of("commands", ReplayScript::split).sampled().check(around("goto 5; why $[\"a;b\"]"));
    }
}
