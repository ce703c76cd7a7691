package dev.millrace.processors.webhook.internal.send;

import java.util.concurrent.CompletableFuture;

/** Where the messages for one subscriber go. Safe for use by many threads, for one message at a time. */
public interface MessageSender {
    /** Sends; completes with what came of it, and normally whatever happens. */
    CompletableFuture<SendResult> send(OutgoingMessage message);

    /** Gives up what is under way, whose outcome then means nothing. Something may be sent after that. */
    void abandon();

    /** Ends every connection; nothing is sent any more. */
    void close();
}
