package dev.millrace.processors.webhook.internal.send;

import java.util.concurrent.CompletableFuture;

/** A sender of messages to one subscriber. Thread-safe, but only one message may be in flight at a time. */
public interface MessageSender {
    /** Sends a message. The future never fails; after {@link #close} it may never complete. */
    CompletableFuture<SendResult> send(OutgoingMessage message);

    /** Cancels the message in flight, whose outcome is then ignored. More messages may follow. */
    void abandon();

    /** Closes all connections; later messages are not sent. */
    void close();
}
