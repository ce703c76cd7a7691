package dev.millrace.core.internal.subtree;

import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;

/** Streams for the runs of a subtree: {@code subscribe} uses the connection of the subtree. */
record SubtreeMemberStreams(EventStreams delegate, Subscribing subscribing) implements ForwardingEventStreams {
    interface Subscribing {
        Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber);
    }

    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return subscribing.subscribe(path, afterOffset, subscriber);
    }
}
