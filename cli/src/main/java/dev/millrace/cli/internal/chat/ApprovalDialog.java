package dev.millrace.cli.internal.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamException;
import dev.millrace.processors.agent.app.AgentFailure;
import dev.millrace.processors.agent.app.Approval;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.tool.By;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Asks a person about the calls that wait for an approval, one after the other, each one once. The person sees all
 * arguments: a decision about arguments that are cut would be one about other arguments. Not thread-safe.
 */
public final class ApprovalDialog {
    private static final String CHOICES = "  y = approve, n or n REASON = deny, e = edit the arguments, empty = later";

    private final Terminal terminal;
    private final Conversation talk;
    private final By person;
    private final Deque<Approval> open = new ArrayDeque<>();
    private final Set<String> asked = new HashSet<>();
    private boolean editing;
    private boolean outdated;

    public ApprovalDialog(Terminal terminal, Conversation talk, By person) {
        this.terminal = terminal;
        this.talk = talk;
        this.person = person;
    }

    /** Asks about the calls that it has not asked about. */
    public void ask(List<Approval> approvals) {
        boolean wasOpen = isOpen();
        approvals.stream().filter(approval -> asked.add(key(approval))).forEach(open::add);
        if (!wasOpen) {
            printQuestion();
        }
    }

    /** Asks about these calls, also if they were left for later. */
    void askAgain(List<Approval> approvals) {
        asked.clear();
        open.clear();
        editing = false;
        outdated = false;
        ask(approvals);
    }

    /** Whether the call of the open question is not among these, with the arguments that the person saw. */
    boolean isMissingIn(List<Approval> waiting) {
        return isOpen()
                && !outdated
                && waiting.stream().map(ApprovalDialog::key).noneMatch(key(open.getFirst())::equals);
    }

    /**
     * Tells the person that the call of the open question does not wait any more, or waits with other arguments. The next
     * line then only closes the question: it was not meant for another one.
     */
    void outdate() {
        outdated = true;
        terminal.out().println("  decided or changed elsewhere; press Enter to go on");
        terminal.out().flush();
    }

    /** Whether a question waits for a line. */
    public boolean isOpen() {
        return !open.isEmpty();
    }

    /**
     * Takes the answer to the open question; without one, does nothing.
     *
     * @return whether the call was approved or denied, here or elsewhere
     */
    public boolean answer(String line) {
        if (!isOpen()) {
            return false;
        }
        if (outdated) {
            outdated = false;
            editing = false;
            asked.remove(key(open.getFirst()));
            next();
            return true;
        }
        try {
            return decide(open.getFirst(), line.strip());
        } catch (AgentFailure decided) {
            terminal.note(TerminalText.oneLine(String.valueOf(decided.getMessage())));
            editing = false;
            next();
            return true;
        } catch (StreamException refused) {
            terminal.note(TerminalText.oneLine(String.valueOf(refused.getMessage())));
            printQuestion();
            return false;
        }
    }

    private boolean decide(Approval approval, String answer) {
        String lower = answer.toLowerCase(Locale.ROOT);
        if (editing) {
            edit(approval, answer);
        } else if (answer.isEmpty()) {
            next();
        } else if (lower.equals("y") || lower.equals("yes")) {
            talk.approve(approval, person);
            next();
            return true;
        } else if (lower.equals("n") || lower.equals("no") || lower.startsWith("n ")) {
            talk.deny(
                    approval,
                    person,
                    lower.startsWith("n ") ? answer.substring(2).strip() : "");
            next();
            return true;
        } else if (lower.equals("e")) {
            editing = true;
            terminal.out().println("  the new arguments, as JSON in one line; empty = back:");
        } else {
            printQuestion();
        }
        return false;
    }

    private void edit(Approval approval, String answer) {
        if (!answer.isEmpty()) {
            JsonNode arguments;
            try {
                arguments = JsonCodec.parse(answer);
            } catch (IllegalArgumentException notJson) {
                terminal.note("not JSON: " + TerminalText.oneLine(String.valueOf(notJson.getMessage())));
                return;
            }
            if (!arguments.isObject()) {
                terminal.note(
                        "the arguments must be an object, for example " + JsonCodec.writeText(approval.arguments()));
                return;
            }
            Approval edited = talk.edit(approval, arguments, person);
            asked.add(key(edited));
            open.removeFirst();
            open.addFirst(edited);
        }
        editing = false;
        printQuestion();
    }

    private void next() {
        open.removeFirst();
        printQuestion();
    }

    private void printQuestion() {
        if (isOpen()) {
            Approval approval = open.getFirst();
            terminal.out().println(describe(approval));
            terminal.out().println(CHOICES);
            terminal.out().flush();
        }
    }

    private static String key(Approval approval) {
        return approval.callId() + "\n" + approval.argumentsHash();
    }

    /** One line with all arguments. */
    static String describe(Approval approval) {
        return approval.name() + " " + TerminalText.escaped(JsonCodec.writeText(approval.arguments()))
                + " waits for an approval until " + approval.expiresAt();
    }
}
