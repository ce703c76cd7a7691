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
import dev.millrace.processors.agent.app.AgentFailure;
import dev.millrace.processors.agent.app.Conversation;
import dev.millrace.processors.agent.app.Turn;
import dev.millrace.processors.agent.tool.ToolEvent;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The agent of the demo: a stream with the processor {@code agent}. */
final class DemoAgent {
    static final StreamPath PATH = StreamPath.of("/demo/agent");
    static final String FIRST_MESSAGE = "What is 50 - 8?";

    private static final String INPUT = "agent-input-added";

    private final EventStreams streams;
    private final Conversation talk;

    DemoAgent(EventStreams streams) {
        this.streams = streams;
        this.talk = Conversation.at(streams, PATH);
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

    Conversation conversation() {
        return talk;
    }

    /**
     * Waits for the answer to the newest message, but not for a person.
     *
     * @throws CommandException if there is none
     */
    void awaitAnswer(Duration limit) {
        try (Turn turn = talk.follow()) {
            turn.awaitPause(limit);
            if (!turn.isDone() && !turn.approvals().isEmpty()) {
                throw new CommandException(
                        "no answer: the call of " + turn.approvals().get(0).name()
                                + " waits for an approval; start the demo in a terminal, without --once");
            }
            turn.await(limit);
        } catch (AgentFailure failure) {
            String message = failure.code().equals("timeout")
                    ? "no answer within " + limit.toSeconds() + " s; to wait longer, use --timeout SECONDS"
                    : "no answer: " + failure.getMessage();
            throw new CommandException(message, failure);
        }
    }

    /** Prints the log from its beginning and follows it. {@code onApproval} is called when a call waits for a person. */
    Watch watch(EventWriter log, Runnable onApproval) {
        Watch watch = new Watch(log, onApproval);
        watch.subscription = streams.subscribe(PATH, 0, watch);
        return watch;
    }

    /** Waits until all that is in the log now was printed, as far as the log can be followed. */
    void awaitPrinted(Watch watch) throws Exception {
        ReadRange newest = ReadRange.builder().limit(1).descending(true).build();
        List<Event> last = ClientOptions.await(streams.read(PATH, newest));
        ClientOptions.await(watch.printed(last.get(0).offset()));
    }

    /** A printer of the log. Thread-safe. */
    static final class Watch implements Subscriber, AutoCloseable {
        private final EventWriter log;
        private final Runnable onApproval;
        private final CompletableFuture<Void> printed = new CompletableFuture<>();
        private @Nullable Subscription subscription;
        private boolean caughtUp;
        private long newest;
        private long wanted = Long.MAX_VALUE;

        private Watch(EventWriter log, Runnable onApproval) {
            this.log = log;
            this.onApproval = onApproval;
        }

        @Override
        public void onEvent(Event event) {
            log.write(event);
            reached(event.offset());
            if (caughtUp && asksPerson(event.decodedBy(ToolEvent.catalog()).payload())) {
                onApproval.run();
            }
        }

        private static boolean asksPerson(Object payload) {
            return payload instanceof ToolEvent.ApprovalNeeded
                    || (payload instanceof ToolEvent.ApprovalRequested asked
                            && !asked.conditional().orElse(false));
        }

        @Override
        public void onCaughtUp(long watermark) {
            if (!caughtUp) {
                caughtUp = true;
                onApproval.run(); // calls may wait since an earlier run
            }
        }

        private synchronized void reached(long offset) {
            newest = offset;
            if (newest >= wanted) {
                printed.complete(null);
            }
        }

        private synchronized CompletableFuture<Void> printed(long offset) {
            wanted = offset;
            reached(newest);
            return printed;
        }

        @Override
        public void onEnd(@Nullable Throwable failure) {
            log.end();
            printed.complete(null); // there will be nothing more
        }

        @Override
        public void close() {
            if (subscription != null) {
                subscription.close();
            }
        }
    }
}
