package dev.millrace.processors.agent;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.core.Event;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelItem.ToolCall;
import dev.millrace.processors.agent.model.OutputItem;
import dev.millrace.processors.agent.model.PromptPart;
import dev.millrace.processors.agent.model.ToolDefinition;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.ToolsOffered;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The texts of an agent's log in the order in which the model reads them: the output of a request follows the inputs that
 * it answers, also if newer inputs arrived before it. Computed from the events of the log alone. Immutable.
 *
 * @since 0.1
 */
public final class Transcript {
    static final String CONTINUE =
            "[The response above is not complete. Answer the newest message of the user completely.]";

    private final List<Entry> entries;
    private final Optional<String> systemPrompt;
    private final LlmConfigUpdated config;
    private final List<Cut> cut;
    private final List<ToolDefinition> tools;
    private final List<Long> offers;

    private Transcript(Reader reader) {
        this.entries = reader.entries.stream()
                .filter(entry -> entry.order() <= reader.inputThrough)
                .map(reader::withResults)
                .toList();
        this.tools = reader.tools();
        this.offers = reader.inForce();
        this.systemPrompt = reader.systemPrompt;
        this.config = reader.config;
        this.cut = List.copyOf(reader.cut);
    }

    /**
     * Reads a log.
     *
     * @param events the events of an agent's stream from its first one, in order; other types are ignored
     */
    public static Transcript of(List<Event> events) {
        return upTo(events, Long.MAX_VALUE);
    }

    /** Reads a log; inputs, prompts and configurations after {@code inputThrough} are left
     * out, and so are the answers to such inputs. */
    static Transcript upTo(List<Event> events, long inputThrough) {
        Reader reader = new Reader(inputThrough);
        events.forEach(reader::read);
        return new Transcript(reader);
    }

    /** The conversation, oldest first. The output of an open request is not part of it. */
    public List<Entry> entries() {
        return entries;
    }

    /** The newest system prompt. */
    public Optional<String> systemPrompt() {
        return systemPrompt;
    }

    /** The merged configuration. */
    public LlmConfigUpdated config() {
        return config;
    }

    /** The tools that hosts offer at the end of the log, at most 128, in the order in which their names were first offered. */
    public List<ToolDefinition> tools() {
        return tools;
    }

    /** The offsets of the offers that define the tools, in order. */
    List<Long> offers() {
        return offers;
    }

    /**
     * The requests that can have output that is in chunks only. If the events did not contain the chunks, that output is
     * missing in the entries.
     */
    List<Cut> cut() {
        return cut;
    }

    /** A request that was cut off, and the offset of the event that ended it. */
    record Cut(long requestId, long end) {}

    /**
     * One part of the conversation.
     *
     * @param order the offset of an input; for an output, the newest input that it answers
     * @param requestId the request of an output; 0 for an input
     * @param part the message or the output
     * @param results the results of the tool calls of an output, as the model reads them, by call id
     * @param offsets the events that it was made of: one input, or the items and chunks of an output and then the events
     *     that say the results of its calls; empty for a message that is in no event
     * @since 0.1
     */
    public record Entry(long order, long requestId, PromptPart part, Map<String, String> results, List<Long> offsets) {
        /** Copies the map and the list. */
        public Entry {
            results = Map.copyOf(results);
            offsets = List.copyOf(offsets);
        }

        Entry(long order, long requestId, PromptPart part, List<Long> offsets) {
            this(order, requestId, part, Map.of(), offsets);
        }

        /** Whether it ends with words of the model; results follow calls. */
        private boolean isOfModel() {
            if (part instanceof PromptPart.Output output) {
                return output.items().stream().noneMatch(item -> item.item() instanceof ToolCall);
            }
            return part instanceof PromptPart.Input input && input.role().equals("assistant");
        }
    }

    /** Folds the state and collects the texts beside it. */
    private static final class Reader {
        private final long inputThrough;
        private final List<Entry> entries = new ArrayList<>();
        private final List<Cut> cut = new ArrayList<>();
        private final Map<Long, Map<String, String>> results = new HashMap<>();
        private final Map<String, String> notes = new HashMap<>();
        private final Map<Long, List<Long>> resultOffsets = new HashMap<>();
        private final SortedMap<Integer, List<Long>> itemOffsets = new TreeMap<>();
        private final Map<Long, ToolsOffered> offers = new HashMap<>();
        private final Set<String> toolNames = new LinkedHashSet<>();
        private final SortedMap<Integer, OutputItem> items = new TreeMap<>();
        private final SortedMap<Integer, StringBuilder> partialTexts = new TreeMap<>();
        private Optional<String> systemPrompt = Optional.empty();
        private LlmConfigUpdated config = LlmConfigUpdated.none();
        private AgentState state = AgentState.empty();

        Reader(long inputThrough) {
            this.inputThrough = inputThrough;
        }

        void read(Event event) {
            AgentState before = state;
            state = AgentReducer.reduce(state, event);
            Object payload = event.payload();
            before.open()
                    .filter(open -> state.closedThrough() == open.id())
                    .ifPresent(open -> RequestEnding.of(payload, open.id())
                            .ifPresent(ending -> end(open, event.offset(), ending)));
            if (event.offset() <= inputThrough) {
                input(event);
            }
            if (payload instanceof ToolsOffered offer) {
                offers.put(event.offset(), offer);
                offer.tools().forEach(tool -> toolNames.add(tool.name()));
            } else if (payload instanceof ToolEvent.OfCall ofCall
                    && !state.calls().equals(before.calls())) {
                call(before, event.offset(), ofCall);
            }
            state.open().ifPresent(open -> underWay(open, event, before));
        }

        private void input(Event event) {
            if (event.payload() instanceof InputAdded input) {
                PromptPart part = new PromptPart.Input(input.roleOrUser(), input.content());
                entries.add(new Entry(event.offset(), 0, part, List.of(event.offset())));
            } else if (event.payload() instanceof SystemPromptUpdated updated) {
                systemPrompt = Optional.of(updated.systemPrompt());
            } else if (event.payload() instanceof LlmConfigUpdated updated) {
                config = config.with(updated);
            }
        }

        /** An event that changed a call: it may be its end. */
        private void call(AgentState before, long offset, ToolEvent.OfCall payload) {
            OpenCall call = before.calls().open().get(payload.callId());
            if (call == null) {
                return;
            }
            boolean isEdited = payload instanceof ToolEvent.CallEdited;
            boolean isOver = !state.calls().open().containsKey(call.callId());
            if (isEdited || isOver) {
                resultOffsets
                        .computeIfAbsent(call.requestId(), request -> new ArrayList<>())
                        .add(offset);
            }
            if (payload instanceof ToolEvent.CallEdited edited) {
                notes.put(call.callId(), CallResult.edited(edited));
            } else if (isOver) {
                String note = Optional.ofNullable(notes.remove(call.callId())).orElse("");
                results.computeIfAbsent(call.requestId(), request -> new HashMap<>())
                        .put(call.callId(), note + CallResult.of(payload));
            }
        }

        private List<Long> inForce() {
            return toolNames.stream()
                    .flatMap(name -> state.tools().schemaOf(name).stream())
                    .distinct()
                    .sorted()
                    .toList();
        }

        private List<ToolDefinition> tools() {
            List<ToolDefinition> found = new ArrayList<>();
            for (String name : toolNames) {
                if (found.size() == ToolsOffered.MOST) {
                    break; // providers refuse more
                }
                state.tools()
                        .schemaOf(name)
                        .map(offers::get)
                        .flatMap(offer -> offer.tools().stream()
                                .filter(tool -> tool.name().equals(name))
                                .findFirst())
                        .ifPresent(tool -> found.add(new ToolDefinition(name, tool.description(), tool.parameters())));
            }
            return List.copyOf(found);
        }

        private void underWay(OpenRequest open, Event event, AgentState before) {
            if (open.id() == event.offset()
                    && before.open().filter(open::equals).isEmpty()) {
                begin(open);
            } else if (event.payload() instanceof ChunkAdded chunk
                    && chunk.requestId() == open.id()
                    && chunk.kind().equals("text")
                    && !items.containsKey(chunk.outputIndex())) {
                partialTexts
                        .computeIfAbsent(chunk.outputIndex(), index -> new StringBuilder())
                        .append(chunk.text());
                itemOffsets
                        .computeIfAbsent(chunk.outputIndex(), index -> new ArrayList<>())
                        .add(event.offset());
            } else if (event.payload() instanceof ItemCompleted item && item.requestId() == open.id()) {
                items.put(item.outputIndex(), new OutputItem(item.item(), item.opaque()));
                partialTexts.remove(item.outputIndex());
                itemOffsets.put(item.outputIndex(), List.of(event.offset()));
            }
        }

        /** A model must not read a conversation that ends with its own words, so a note of the user follows them. */
        private void begin(OpenRequest open) {
            items.clear();
            partialTexts.clear();
            itemOffsets.clear();
            int at = after(open.inputThrough());
            if (at > 0 && entries.get(at - 1).isOfModel()) {
                entries.add(
                        at,
                        new Entry(
                                open.inputThrough(),
                                0,
                                new PromptPart.Input("user", TextNode.valueOf(CONTINUE)),
                                List.of()));
            }
        }

        private void end(OpenRequest open, long offset, RequestEnding ending) {
            if (ending != RequestEnding.COMPLETED || items.isEmpty()) {
                cut.add(new Cut(open.id(), offset));
            }
            SortedMap<Integer, OutputItem> said = new TreeMap<>(items);
            partialTexts.forEach((index, text) -> said.putIfAbsent(
                    index, new OutputItem(new ModelItem.Message(text + ending.marker()), Optional.empty())));
            if (!said.isEmpty()) {
                entries.add(
                        after(open.inputThrough()),
                        new Entry(
                                open.inputThrough(),
                                open.id(),
                                new PromptPart.Output(open.origin(), List.copyOf(said.values())),
                                itemOffsets.values().stream()
                                        .flatMap(List::stream)
                                        .toList()));
            }
        }

        /** An output with what its calls led to. */
        private Entry withResults(Entry entry) {
            List<Long> all = new ArrayList<>(entry.offsets());
            all.addAll(resultOffsets.getOrDefault(entry.requestId(), List.of()));
            return new Entry(
                    entry.order(),
                    entry.requestId(),
                    entry.part(),
                    results.getOrDefault(entry.requestId(), Map.of()),
                    all);
        }

        /** The index of the first entry of a newer input. */
        private int after(long order) {
            int at = entries.size();
            while (at > 0 && entries.get(at - 1).order() > order) {
                at--;
            }
            return at;
        }
    }
}
