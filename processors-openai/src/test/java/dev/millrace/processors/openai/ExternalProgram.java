package dev.millrace.processors.openai;

import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentEvent.ChunkAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestScheduled;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.model.ModelItem;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** A program that answers the scheduled requests of an agent, in their order. */
final class ExternalProgram {
    private final EventStreams streams;
    private final StreamPath path;
    private int answered;

    ExternalProgram(EventStreams streams, StreamPath path) {
        this.streams = streams;
        this.path = path;
    }

    /** Waits for the next scheduled request and answers it with these items. */
    void answer(ModelItem... items) {
        long request = start();
        for (int index = 0; index < items.length; index++) {
            append(chunk(request, index, items[index]));
            append(new ItemCompleted(request, index, items[index], Optional.empty()));
        }
        append(new RequestCompleted(
                request,
                Optional.empty(),
                Optional.empty(),
                "completed",
                Optional.empty(),
                Optional.empty(),
                5,
                Optional.of(2L)));
    }

    /** Waits for the next scheduled request and begins an answer that it does not end. */
    void begin(String text) {
        append(chunk(start(), 0, new ModelItem.Message(text)));
    }

    private long start() {
        int next = answered++;
        await().atMost(Stage.LIMIT).until(() -> scheduled().size() > next);
        Event event = scheduled().get(next);
        RequestScheduled request = (RequestScheduled) event.payload();
        return append(new RequestStarted(
                request.inputThroughOffset(),
                request.model(),
                request.attempt(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(event.offset())));
    }

    private static ChunkAdded chunk(long request, int index, ModelItem item) {
        return item instanceof ModelItem.ToolCall call
                ? new ChunkAdded(request, index, "arguments", call.arguments(), 0, 0)
                : new ChunkAdded(request, index, "text", ((ModelItem.Message) item).text(), 0, 0);
    }

    private List<Event> scheduled() {
        return streams.read(path, ReadRange.all()).orTimeout(Stage.LIMIT.toSeconds(), TimeUnit.SECONDS).join().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .filter(event -> event.payload() instanceof RequestScheduled)
                .toList();
    }

    private long append(AgentEvent event) {
        return streams.append(path.value(), event)
                .orTimeout(Stage.LIMIT.toSeconds(), TimeUnit.SECONDS)
                .join()
                .offset();
    }
}
