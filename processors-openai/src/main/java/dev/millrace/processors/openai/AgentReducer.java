package dev.millrace.processors.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.millrace.core.Event;
import dev.millrace.processors.openai.AgentEvent.ChunkAdded;
import dev.millrace.processors.openai.AgentEvent.InputAdded;
import dev.millrace.processors.openai.AgentEvent.ItemCompleted;
import dev.millrace.processors.openai.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.openai.AgentEvent.RequestCancelled;
import dev.millrace.processors.openai.AgentEvent.RequestCompleted;
import dev.millrace.processors.openai.AgentEvent.RequestFailed;
import dev.millrace.processors.openai.AgentEvent.RequestLost;
import dev.millrace.processors.openai.AgentEvent.RequestStarted;
import dev.millrace.processors.openai.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.openai.AgentState.Entry;
import dev.millrace.processors.openai.AgentState.OpenRequest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** The reducer of an agent. Pure. */
final class AgentReducer {
    private static final String ASSISTANT = "assistant";

    private AgentReducer() {}

    static AgentState reduce(AgentState state, Event event) {
        Object payload = event.payload();
        if (payload instanceof InputAdded input) {
            return input(state, event.offset(), input);
        }
        if (payload instanceof SystemPromptUpdated updated) {
            return copy(state)
                    .systemPrompt(updated.systemPrompt())
                    .inputThrough(event.offset())
                    .build();
        }
        if (payload instanceof LlmConfigUpdated updated) {
            return copy(state)
                    .config(state.config().with(updated))
                    .inputThrough(event.offset())
                    .build();
        }
        if (payload instanceof RequestStarted started) {
            return started(state, event.offset(), started);
        }
        return state.open().map(open -> underWay(state, open, payload)).orElse(state);
    }

    private static AgentState input(AgentState state, long offset, InputAdded input) {
        JsonNode item =
                JsonNodeFactory.instance.objectNode().put("role", input.role()).set("content", input.content());
        ImmutableAgentState.Builder next =
                copy(state).addTranscript(new Entry(offset, 0, "", item)).inputThrough(offset);
        return input.role().equals("user") ? next.owed(offset).attempts(0).build() : next.build();
    }

    private static AgentState started(AgentState state, long offset, RequestStarted started) {
        long through = Math.min(started.inputThroughOffset(), offset - 1);
        boolean stale = through <= state.answered()
                || state.open().filter(open -> open.inputThrough() > through).isPresent();
        if (stale) {
            return state;
        }
        AgentState before =
                state.open().map(open -> closed(state, open, Ending.SUPERSEDED)).orElse(state);
        return copy(before)
                .open(new OpenRequest(
                        offset, through, started.attempt(), started.model(), new TreeMap<>(), new TreeMap<>()))
                .attempts(through >= state.owed() ? started.attempt() : state.attempts())
                .build();
    }

    /** The effect of an event on the open request; none if the event is about another request. */
    private static AgentState underWay(AgentState state, OpenRequest open, Object payload) {
        if (payload instanceof ChunkAdded chunk && chunk.requestId() == open.id()) {
            return chunk.kind().equals("text")
                    ? copy(state).open(with(open, chunk)).build()
                    : state;
        }
        if (payload instanceof ItemCompleted item && item.requestId() == open.id()) {
            return copy(state).open(with(open, item)).build();
        }
        return Ending.of(payload, open.id())
                .map(ending -> closed(state, open, ending))
                .orElse(state);
    }

    private static OpenRequest with(OpenRequest open, ChunkAdded chunk) {
        SortedMap<Integer, String> partial = new TreeMap<>(open.partialTexts());
        partial.merge(chunk.outputIndex(), chunk.text(), String::concat);
        return new OpenRequest(open.id(), open.inputThrough(), open.attempt(), open.model(), open.items(), partial);
    }

    private static OpenRequest with(OpenRequest open, ItemCompleted completed) {
        SortedMap<Integer, JsonNode> items = new TreeMap<>(open.items());
        items.put(completed.outputIndex(), completed.item());
        SortedMap<Integer, String> partial = new TreeMap<>(open.partialTexts());
        partial.remove(completed.outputIndex());
        return new OpenRequest(open.id(), open.inputThrough(), open.attempt(), open.model(), items, partial);
    }

    private static AgentState closed(AgentState state, OpenRequest open, Ending ending) {
        SortedMap<Integer, JsonNode> said = new TreeMap<>(open.items());
        open.partialTexts().forEach((index, text) -> said.putIfAbsent(index, partialMessage(text, ending)));
        List<Entry> transcript = new ArrayList<>(state.transcript());
        int at = transcript.size();
        while (at > 0 && transcript.get(at - 1).order() > open.inputThrough()) {
            at--;
        }
        List<Entry> output = new ArrayList<>();
        said.values().forEach(item -> output.add(new Entry(open.inputThrough(), open.id(), open.model(), item)));
        transcript.addAll(at, output);
        return copy(state)
                .transcript(transcript)
                .open(Optional.empty())
                .closedThrough(open.id())
                .answered(ending.answers() ? Math.max(state.answered(), open.inputThrough()) : state.answered())
                .build();
    }

    private static JsonNode partialMessage(String text, Ending ending) {
        return JsonNodeFactory.instance.objectNode().put("role", ASSISTANT).put("content", text + ending.marker());
    }

    private static ImmutableAgentState.Builder copy(AgentState state) {
        return ImmutableAgentState.builder().from(state);
    }

    /**
     * The ways in which a request ends: whether its input then counts as answered, and the note that the model reads
     * after a text that was cut off.
     */
    private enum Ending {
        COMPLETED(true, ""),
        FAILED(true, "\n\n[response cut off by an error]"),
        CANCELLED(true, "\n\n[response interrupted by the user]"),
        SUPERSEDED(false, "\n\n[response interrupted by the user]"),
        LOST(false, "\n\n[response cut off by a restart]");

        private final boolean answers;
        private final String marker;

        Ending(boolean answers, String marker) {
            this.answers = answers;
            this.marker = marker;
        }

        boolean answers() {
            return answers;
        }

        String marker() {
            return marker;
        }

        static Optional<Ending> of(Object payload, long requestId) {
            if (payload instanceof RequestCompleted completed && completed.requestId() == requestId) {
                return Optional.of(COMPLETED);
            }
            if (payload instanceof RequestFailed failed && failed.requestId() == requestId) {
                return Optional.of(FAILED);
            }
            if (payload instanceof RequestCancelled cancelled && cancelled.requestId() == requestId) {
                return Optional.of(CANCELLED);
            }
            if (payload instanceof RequestLost lost && lost.requestId() == requestId) {
                return Optional.of(LOST);
            }
            return Optional.empty();
        }
    }
}
