package dev.millrace.benchmarks;

import dev.millrace.benchmarks.suite.Settings;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentProcessor;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.Usage;
import dev.millrace.processors.openai.OpenAiModel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A conversation of an agent in a store: each turn is a question and an answer in pieces. */
record Conversation(StoreDirectory store) implements AutoCloseable {
    static final StreamPath PATH = StreamPath.of("/benchmarks/conversation");
    static final AgentProcessor AGENT = AgentProcessor.of(
            OpenAiModel.builder().baseUrl("http://localhost:1").build());

    private static final int LIMIT_MINUTES = 30;
    private static final int CHUNKS = 8;
    private static final int PAGE = 500;

    static Conversation open(Settings settings, int turns) throws Exception {
        Conversation conversation = new Conversation(StoreDirectory.open(settings));
        conversation.append(turns);
        return conversation;
    }

    private void append(int turns) throws Exception {
        List<EventInput> page = new ArrayList<>();
        long head = 1;
        for (int turn = 0; turn < turns; turn++) {
            for (AgentEvent event : turn(head)) {
                page.add(EventInput.of(event));
            }
            head += CHUNKS + 4;
            if (page.size() + CHUNKS + 4 > PAGE || turn == turns - 1) {
                store.streams().appendAll(PATH, List.copyOf(page)).get(LIMIT_MINUTES, TimeUnit.MINUTES);
                page.clear();
            }
        }
    }

    /** All events, decoded. */
    List<Event> events() throws Exception {
        return store.streams().read(PATH, ReadRange.all()).get(LIMIT_MINUTES, TimeUnit.MINUTES).stream()
                .map(event -> event.decodedBy(AGENT.events()))
                .toList();
    }

    /** A question and its answer; {@code head} is the offset of the newest event. */
    private static List<AgentEvent> turn(long head) {
        long request = head + 2;
        List<AgentEvent> events = new ArrayList<>();
        events.add(InputAdded.user("What is the answer to question number " + head + "?"));
        events.add(new RequestStarted(
                head + 1, "m", 1, "launch", Optional.of("openai"), Optional.empty(), Optional.empty()));
        for (int i = 0; i < CHUNKS; i++) {
            events.add(new ChunkAdded(request, 0, "text", "a few words of it ", i, i));
        }
        events.add(new ItemCompleted(
                request, 0, new ModelItem.Message("a few words of it ".repeat(CHUNKS)), Optional.empty()));
        events.add(new RequestCompleted(
                request,
                Optional.empty(),
                Optional.of("m"),
                "completed",
                Optional.empty(),
                Optional.of(Usage.of(1_000, 50)),
                800,
                Optional.of(90L)));
        return events;
    }

    @Override
    public void close() throws Exception {
        store.close();
    }
}
