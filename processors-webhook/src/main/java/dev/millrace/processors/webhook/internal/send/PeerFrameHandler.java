package dev.millrace.processors.webhook.internal.send;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.Provenance;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.AppendPermission;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.hosting.Operation;
import dev.millrace.processors.webhook.PushSubscription;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The handler of frames from a WebSocket peer. The event of {@code {"type": "append", "event": …}} is appended to the
 * stream, with the peer's idempotency key and with provenance. It counts as an event from outside, so a long
 * conversation is not a chain of reactions. The answer to a failure is {@code {"type": "error", "message": …}}.
 */
final class PeerFrameHandler {
    private static final System.Logger LOG = System.getLogger("dev.millrace.processors.webhook");
    private static final int MOST_UNDER_WAY = 64;
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final PushSubscription subscriber;
    private final String processor;
    private final StreamPath path;
    private final EventStreams streams;
    private final AppendPermission permission;
    private final Semaphore room = new Semaphore(MOST_UNDER_WAY);
    private volatile long newestSent;

    PeerFrameHandler(PushSubscription subscriber, String processor, StreamPath path, HostContext context) {
        this.subscriber = subscriber;
        this.processor = processor;
        this.path = path;
        this.streams = context.streams();
        this.permission = new AppendPermission(
                context.payloads(),
                "the peer of '" + subscriber.slug() + "'",
                Operation.CONTROL,
                subscriber.mayControl().orElse(false));
        this.newestSent = subscriber.configuredAt();
    }

    /** Sets the event that later frames are recorded as an answer to. */
    void answers(long offset) {
        newestSent = offset;
    }

    void receiveBytes(Consumer<String> answer) {
        answer.accept(error("expected a text frame with JSON, got a binary one"));
    }

    /** Handles a text frame. If 64 appends of this peer are in progress, blocks its reader thread for at most 10 s. */
    void receive(String text, Consumer<String> answer) {
        JsonNode frame;
        try {
            frame = JsonCodec.parse(text);
        } catch (IllegalArgumentException unreadable) {
            answer.accept(error("frame was not read: " + unreadable.getMessage()));
            return;
        }
        String type = frame.path("type").asText();
        if (type.equals("append") && frame.has("event")) {
            append(frame.path("event"), answer);
        } else if (type.equals("error")) {
            LOG.log(
                    Level.DEBUG,
                    () -> "error frame from the peer of '" + subscriber.slug() + "' on " + path + ": "
                            + frame.path("message"));
        }
    }

    private void append(JsonNode event, Consumer<String> answer) {
        EventInput input;
        try {
            input = stamp(permitted(PeerEventReader.read(event)));
            if (!room.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IllegalArgumentException(MOST_UNDER_WAY + " appends were in progress for "
                        + PATIENCE.toSeconds() + " s; wait until they are in the stream, then send the event again");
            }
        } catch (IllegalArgumentException refused) {
            answer.accept(error("append failed: " + refused.getMessage()));
            return;
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            return;
        }
        var unused = streams.append(path, input).whenComplete((appended, failure) -> {
            room.release();
            if (failure != null) {
                Throwable cause = failure.getCause() == null ? failure : failure.getCause();
                answer.accept(error("append failed: " + cause.getMessage()));
            }
        });
    }

    private EventInput permitted(EventInput input) {
        permission.refusal(input.type()).ifPresent(refusal -> {
            throw new IllegalArgumentException(refusal);
        });
        return input;
    }

    /** Replaces the provenance, also if the peer sent one: what a peer writes is not checked. */
    private EventInput stamp(EventInput input) {
        Provenance provenance = new Provenance(processor, 1, path, newestSent, 1, 1);
        ObjectNode metadata = provenance.asMetadata(input.metadata());
        if (input.idempotencyKey().isPresent()) {
            Provenance.markForeignKey(metadata);
        }
        return EventInput.builder().from(input).metadata(metadata).build();
    }

    private static String error(String message) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("type", "error")
                .put("message", message)
                .toString();
    }
}
