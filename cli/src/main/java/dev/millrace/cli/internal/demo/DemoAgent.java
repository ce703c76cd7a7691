package dev.millrace.cli.internal.demo;

import dev.millrace.cli.internal.client.ClientOptions;
import dev.millrace.cli.internal.terminal.CommandException;
import dev.millrace.cli.internal.terminal.EventWriter;
import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import dev.millrace.processors.agent.AgentEvent;
import dev.millrace.processors.agent.AgentProcessor;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The agent of the demo: a stream with the processor {@code agent}. */
final class DemoAgent {
    static final StreamPath PATH = StreamPath.of("/demo/agent");
    static final String FIRST_MESSAGE = "What is 50 - 8?";

    private static final String INPUT = "agent-input-added";

    private final EventStreams streams;

    DemoAgent(EventStreams streams) {
        this.streams = streams;
    }

    /** Attaches the agent to the stream; on old data this has no effect. */
    void attach() throws Exception {
        StreamEvent attached =
                new StreamEvent.ProcessorAttached(AgentProcessor.SLUG, Optional.empty(), Optional.empty());
        EventInput input = EventInput.builder()
                .from(EventInput.of(attached))
                .idempotencyKey("demo/attach-" + AgentProcessor.SLUG)
                .build();
        ClientOptions.await(streams.append(PATH, input));
    }

    /** Sends a message to the agent; without one, sends the first message if the stream has no input yet. */
    void say(@Nullable String message) throws Exception {
        if (message != null || isUntouched()) {
            AgentEvent said = AgentEvent.InputAdded.user(message == null ? FIRST_MESSAGE : message);
            ClientOptions.await(streams.append(PATH, EventInput.of(said)));
        }
    }

    private boolean isUntouched() throws Exception {
        ReadRange firstInput = ReadRange.builder().addTypes(INPUT).limit(1).build();
        return ClientOptions.await(streams.read(PATH, firstInput)).isEmpty();
    }

    /**
     * Prints the log from its beginning and follows it. {@code outcome} completes when the old events were printed and
     * the newest input is answered.
     */
    Subscription watch(EventWriter log, CompletableFuture<ConversationTurn.Outcome> outcome) {
        return streams.subscribe(PATH, 0, new Watch(log, outcome));
    }

    private static final class Watch implements Subscriber {
        private final EventWriter log;
        private final CompletableFuture<ConversationTurn.Outcome> outcome;
        private final ConversationTurn turn = new ConversationTurn(AgentProcessor.SLUG);
        private boolean caughtUp;

        Watch(EventWriter log, CompletableFuture<ConversationTurn.Outcome> outcome) {
            this.log = log;
            this.outcome = outcome;
        }

        @Override
        public void onEvent(Event event) {
            log.write(event);
            turn.fold(event);
            report();
        }

        @Override
        public void onCaughtUp(long watermark) {
            caughtUp = true;
            report();
        }

        private void report() {
            if (caughtUp) {
                turn.outcome().ifPresent(outcome::complete);
            }
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            log.end();
            outcome.completeExceptionally(
                    failure == null
                            ? new CommandException("the stream " + PATH
                                    + " was destroyed while the demo was running; start the demo again")
                            : failure);
        }
    }
}
