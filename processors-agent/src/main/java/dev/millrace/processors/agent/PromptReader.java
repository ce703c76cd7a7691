package dev.millrace.processors.agent;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.ReadRange;
import dev.millrace.core.processor.Effects;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.RequestScheduled;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.Prompt;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A reader of the log for the prompt of one request. The prompt is a function of the events up to the start of the
 * request. Chunks are read only for requests that were cut off, because complete items repeat them.
 */
final class PromptReader {
    private static final long NEWEST = Long.MAX_VALUE - 1;
    private static final String CHUNK = EventCatalog.nameOf(ChunkAdded.class);
    private static final Set<String> ALL_BUT_CHUNKS = AgentEvent.catalog().types().stream()
            .filter(type -> !type.equals(CHUNK))
            .collect(Collectors.toUnmodifiableSet());

    /** Reads a page of the agent's stream. */
    @FunctionalInterface
    interface Pages extends Function<ReadRange, CompletableFuture<List<Event>>> {}

    private final Pages pages;

    PromptReader(Pages pages) {
        this.pages = pages;
    }

    /** The request for another program that would be made now. */
    CompletableFuture<RequestScheduled> scheduled(AgentState state, PromptDefaults defaults, Model model) {
        return readAll(ALL_BUT_CHUNKS, 0, NEWEST, new ArrayList<>())
                .thenCompose(events -> withChunks(events, state.inputThrough()))
                .thenApply(conversation -> defaults.scheduled(conversation, state, model));
    }

    /** The prompt of the request {@code open}; {@code state} is the state at its start, or later. */
    CompletableFuture<Prompt> read(OpenRequest open, AgentState state, PromptDefaults defaults, Model model) {
        return readAll(ALL_BUT_CHUNKS, 0, open.id(), new ArrayList<>())
                .thenCompose(events -> withChunks(events, open.inputThrough()))
                .thenApply(conversation -> defaults.prompt(conversation, open.origin(), state, model));
    }

    private CompletableFuture<Transcript> withChunks(List<Event> events, long inputThrough) {
        Transcript conversation = Transcript.upTo(events, inputThrough);
        if (conversation.cut().isEmpty()) {
            return CompletableFuture.completedFuture(conversation);
        }
        CompletableFuture<List<Event>> all = CompletableFuture.completedFuture(new ArrayList<>(events));
        for (Transcript.Cut cut : conversation.cut()) {
            all = all.thenCompose(read -> readAll(Set.of(CHUNK), cut.requestId(), cut.end(), read));
        }
        return all.thenApply(read -> {
            read.sort(Comparator.comparingLong(Event::offset));
            return Transcript.upTo(read, inputThrough);
        });
    }

    /** Adds the events of these types between {@code after} and {@code through} to {@code read}. */
    private CompletableFuture<List<Event>> readAll(Set<String> types, long after, long through, List<Event> read) {
        long from = after;
        while (true) { // a loop, because pages that are there at once would make a recursion too deep
            ReadRange range = ReadRange.builder()
                    .addAllTypes(types)
                    .afterOffset(from)
                    .beforeOffset(through + 1)
                    .limit(Effects.PAGE)
                    .build();
            CompletableFuture<List<Event>> page = pages.apply(range);
            if (!page.isDone() || page.isCompletedExceptionally()) {
                return page.thenCompose(events -> add(events, read)
                        ? readAll(types, last(events), through, read)
                        : CompletableFuture.completedFuture(read));
            }
            List<Event> events = page.getNow(List.of());
            if (!add(events, read)) {
                return CompletableFuture.completedFuture(read);
            }
            from = last(events);
        }
    }

    /** Returns whether there may be another page. */
    private static boolean add(List<Event> page, List<Event> read) {
        read.addAll(page);
        return page.size() >= Effects.PAGE;
    }

    private static long last(List<Event> page) {
        return page.get(page.size() - 1).offset();
    }
}
