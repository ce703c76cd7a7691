package dev.millrace.cli.internal.chat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.cli.internal.terminal.Terminal;
import dev.millrace.cli.internal.terminal.TerminalText;
import dev.millrace.core.Event;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/** Prints the text of an agent while it arrives, and one line for each call that has ended. Thread-safe. */
final class AnswerPrinter implements Consumer<Event> {
    private static final int MOST_ARGUMENTS = 60;

    /** An output item of a request. */
    private record Item(long requestId, int outputIndex) {}

    private record Call(String name, String arguments) {}

    private final Terminal terminal;
    private final Set<Item> inChunks = new HashSet<>();
    private final Map<String, Call> calls = new HashMap<>();
    private boolean lineIsOpen;
    private boolean heardAgent;

    AnswerPrinter(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public synchronized void accept(Event event) {
        Object payload = event.payload();
        heardAgent |= AgentCheck.isOfAgent(event);
        if (payload instanceof RequestStarted) {
            endLine(); // a repeated request writes its text again
        } else if (payload instanceof ChunkAdded chunk && chunk.kind().equals("text")) {
            inChunks.add(new Item(chunk.requestId(), chunk.outputIndex()));
            print(chunk.text());
        } else if (payload instanceof ItemCompleted item) {
            completed(item);
        } else if (payload instanceof ToolEvent.CallEdited edited) {
            calls.computeIfPresent(
                    edited.callId(), (id, call) -> new Call(call.name(), JsonCodec.writeText(edited.arguments())));
        } else if (payload instanceof ToolEvent.OfCall ofCall) {
            outcome(ofCall).ifPresent(outcome -> ended(ofCall.callId(), outcome));
        }
    }

    private void completed(ItemCompleted item) {
        if (item.item() instanceof ModelItem.ToolCall call) {
            calls.put(call.callId(), new Call(call.name(), call.arguments()));
        } else if (!inChunks.remove(new Item(item.requestId(), item.outputIndex()))) {
            print(item.text());
        }
    }

    private void ended(String callId, String outcome) {
        Call call = calls.remove(callId);
        if (call == null) {
            return; // it has ended before
        }
        endLine();
        String arguments = TerminalText.clip(TerminalText.oneLine(call.arguments()), MOST_ARGUMENTS);
        String line = "  " + call.name() + " " + arguments + " -> " + TerminalText.oneLine(outcome);
        terminal.out().println(TerminalText.clip(line, terminal.columns()));
        terminal.out().flush();
    }

    /** How an event ends a call; empty if it ends none. */
    private static Optional<String> outcome(ToolEvent.OfCall event) {
        if (event instanceof ToolEvent.CallCompleted completed) {
            return Optional.of(text(completed.result()));
        }
        if (event instanceof ToolEvent.CallFailed failed) {
            return Optional.of("failed: " + failed.error());
        }
        if (event instanceof ToolEvent.CallSkipped skipped) {
            return Optional.of("skipped: " + skipped.reason());
        }
        if (event instanceof ToolEvent.CallOutcomeUnknown unknown) {
            return Optional.of("outcome unknown: " + unknown.reason());
        }
        if (event instanceof ToolEvent.ApprovalDenied denied) {
            return Optional.of("denied by " + denied.by().name()
                    + denied.reason().map(reason -> ": " + reason).orElse(""));
        }
        return event instanceof ToolEvent.ApprovalExpired
                ? Optional.of("it was not approved in time")
                : Optional.empty();
    }

    private static String text(JsonNode result) {
        return result.isTextual() ? result.asText() : JsonCodec.writeText(result);
    }

    private void print(String text) {
        if (!text.isEmpty()) {
            terminal.out().print(text);
            terminal.out().flush();
            lineIsOpen = !text.endsWith("\n");
        }
    }

    /** Ends the line of a text that has no line break at its end. */
    synchronized void endLine() {
        if (lineIsOpen) {
            terminal.out().println();
            lineIsOpen = false;
        }
    }

    /** Whether an agent has sent a request since {@link #expectAgent}. */
    synchronized boolean heardAgent() {
        return heardAgent;
    }

    synchronized void expectAgent() {
        heardAgent = false;
    }
}
