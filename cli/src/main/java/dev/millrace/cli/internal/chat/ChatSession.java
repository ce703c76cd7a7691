package dev.millrace.cli.internal.chat;

import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.core.StreamException;
import dev.millrace.processors.agent.app.AgentFailure;
import dev.millrace.processors.agent.app.Approval;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.processors.agent.tool.By;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A chat with a person. One thread does all that a line or a change of the answer causes, in their order; the text of
 * the agent is printed on the thread that receives it. The person can write, or stop the agent, before the answer is
 * complete.
 */
final class ChatSession {
    private static final Duration NO_LIMIT = Duration.ofDays(365);
    private static final int LONGEST_INPUT = 40;

    private final Terminal terminal;
    private final Conversation talk;
    private final AgentCheck check;
    private final AnswerPrinter printer;
    private final ApprovalDialog dialog;
    private final BlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
    private @Nullable Turn turn;
    private boolean waiting;
    private boolean doubtful;
    private boolean decided;
    private boolean prompted;
    private boolean over;

    ChatSession(Terminal terminal, Conversation talk, By person, AgentCheck check) {
        this.terminal = terminal;
        this.talk = talk;
        this.check = check;
        this.printer = new AnswerPrinter(terminal);
        this.dialog = new ApprovalDialog(terminal, talk, person);
    }

    /** Chats until the person ends it. Throws a {@link StreamException} if the stream cannot be read at the beginning. */
    void run() throws InterruptedException {
        terminal.out()
                .println("A conversation with " + talk.path()
                        + ". /stop stops the agent, /approvals lists the calls that" + " wait, /quit or Ctrl-D ends.");
        askAll();
        InputLines.read(terminal, line -> steps.add(() -> take(line)), () -> steps.add(() -> over = true));
        while (!over) {
            prompt();
            Runnable step = steps.poll(AgentCheck.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            if (step != null) {
                run(step);
            } else if (waiting && doubtful && !printer.heardAgent()) {
                doubtful = false;
                run(() -> check.problem().ifPresent(terminal::note));
            }
        }
        if (prompted) {
            terminal.out().println();
        }
        leave();
    }

    private void run(Runnable step) {
        try {
            step.run();
        } catch (StreamException refused) {
            terminal.note(TerminalText.oneLine(String.valueOf(refused.getMessage())));
        }
    }

    private void prompt() {
        boolean isQuiet = !waiting && !dialog.isOpen() && !over;
        if (isQuiet && !prompted) {
            terminal.out().print("> ");
            terminal.out().flush();
        }
        prompted = isQuiet;
    }

    private void take(String line) {
        prompted = false;
        String text = line.strip();
        switch (text) {
            case "/quit" -> over = true;
            case "/stop" -> stop();
            case "/approvals" -> {
                askAll();
                if (!dialog.isOpen()) {
                    terminal.out().println("  no call waits for an approval");
                }
            }
            default -> {
                if (dialog.isOpen()) {
                    answer(text);
                } else if (text.startsWith("/")) {
                    terminal.note("there is no command " + TerminalText.clip(text, LONGEST_INPUT)
                            + "; there are /stop, /approvals and /quit");
                } else if (!text.isEmpty()) {
                    say(text);
                }
            }
        }
    }

    private void say(String text) {
        leave();
        doubtful = true;
        printer.expectAgent();
        await(print(talk.say(text)));
    }

    /** Prints what happens in a turn, and closes questions that are decided elsewhere. */
    private Turn print(Turn next) {
        turn = next;
        return next.onEvent(event -> {
            printer.accept(event);
            if (event.payload() instanceof ToolEvent.OfCall) {
                steps.add(() -> changed(next));
            }
        });
    }

    /** The turn can be behind what this chat has written, so the log decides. */
    private void changed(Turn of) {
        if (of == turn && dialog.isMissingIn(of.approvals()) && dialog.isMissingIn(talk.approvals())) {
            printer.endLine();
            dialog.outdate();
        }
    }

    private void stop() {
        if (!talk.stop("stopped in a chat")) {
            terminal.note("there is nothing to stop");
            return;
        }
        dialog.askAgain(List.of());
        if (turn != null && !waiting) {
            await(turn);
        }
    }

    private void answer(String line) {
        decided |= dialog.answer(line);
        if (decided && !dialog.isOpen() && turn != null) {
            decided = false;
            await(turn);
        }
    }

    /** Asks about all calls that wait, also about those that were left for later. */
    private void askAll() {
        List<Approval> approvals = talk.approvals();
        if (!approvals.isEmpty() && (turn == null || turn.isDone())) {
            print(talk.follow());
        }
        dialog.askAgain(approvals);
    }

    private void await(Turn current) {
        waiting = true;
        Thread waiter = new Thread(
                () -> {
                    try {
                        current.awaitPause(NO_LIMIT);
                    } catch (AgentFailure failed) {
                        // the step asks the turn again
                    }
                    steps.add(() -> paused(current));
                },
                "millrace-answer");
        waiter.setDaemon(true);
        waiter.start();
    }

    /** The answer is complete, or there will be none, or calls wait for an approval. */
    private void paused(Turn paused) {
        if (paused != turn) {
            return; // a newer message has replaced it
        }
        waiting = false;
        printer.endLine();
        List<Approval> approvals = paused.approvals();
        if (!paused.isDone() && !approvals.isEmpty()) {
            dialog.ask(approvals);
            return;
        }
        try {
            paused.await(Duration.ZERO);
        } catch (AgentFailure failure) {
            if (failure.code().equals("timeout")) {
                await(paused); // meanwhile the decision was made
            } else {
                terminal.note(TerminalText.oneLine(String.valueOf(failure.getMessage())));
            }
        }
    }

    /** Prints nothing more of the answer; the agent goes on. */
    private void leave() {
        if (turn != null) {
            turn.close();
            turn = null;
        }
        waiting = false;
        printer.endLine();
    }
}
