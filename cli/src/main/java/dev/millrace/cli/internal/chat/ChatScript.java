package dev.millrace.cli.internal.chat;

import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.InputText;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.processors.agent.app.AgentFailure;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/** A chat without a person: each line is a message, and only the answers are printed. */
final class ChatScript {
    private static final String TIMEOUT = "timeout";

    private final Terminal terminal;
    private final Conversation talk;
    private final AgentCheck check;
    private final Duration limit;

    ChatScript(Terminal terminal, Conversation talk, AgentCheck check, Duration limit) {
        this.terminal = terminal;
        this.talk = talk;
        this.check = check;
        this.limit = limit;
    }

    /** Whether each message got an answer. Throws a {@link CommandException} if one got none in time. */
    boolean run() throws IOException {
        BufferedReader lines = InputText.lines(terminal.in());
        boolean isAnswered = true;
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                isAnswered &= say(line.strip());
            }
        }
        return isAnswered;
    }

    private boolean say(String message) {
        AtomicBoolean heardAgent = new AtomicBoolean();
        try (Turn turn = talk.say(message)) {
            turn.onEvent(event -> heardAgent.set(heardAgent.get() || AgentCheck.isOfAgent(event)));
            if (!hasPaused(turn) && !heardAgent.get()) {
                check.problem().ifPresent(problem -> {
                    throw new CommandException(problem);
                });
            }
            turn.awaitPause(limit);
            if (!turn.isDone()) {
                turn.approvals().forEach(approval -> terminal.note(ApprovalDialog.describe(approval)));
            }
            terminal.out().println(turn.await(limit).text());
            return true;
        } catch (AgentFailure failure) {
            if (failure.code().equals(TIMEOUT)) {
                throw new CommandException(String.valueOf(failure.getMessage()), failure);
            }
            terminal.note(TerminalText.oneLine(String.valueOf(failure.getMessage())));
            return false;
        }
    }

    private static boolean hasPaused(Turn turn) {
        try {
            turn.awaitPause(AgentCheck.PATIENCE);
            return true;
        } catch (AgentFailure failure) {
            if (failure.code().equals(TIMEOUT)) {
                return false;
            }
            throw failure;
        }
    }
}
