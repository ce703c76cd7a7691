package dev.millrace.core.internal.subtree;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;

/** The streams as the runs of a subtree see them: all as they are, but subscribed to over the subtree's one connection. */
record SubtreeEventStreams(EventStreams delegate, Subscribing subscribing) implements ForwardingEventStreams {
    /** As {@link EventStreams#subscribe}. */
    interface Subscribing {
        Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber);
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return subscribing.subscribe(path, afterOffset, subscriber);
    }
}
