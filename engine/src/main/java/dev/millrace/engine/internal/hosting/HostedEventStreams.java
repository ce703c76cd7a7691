package dev.millrace.engine.internal.hosting;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * The port as hosted runners see it. A runner elsewhere follows a destroyed stream into its next life by touching it; a
 * hosted one must not bring a stream back that somebody just destroyed, so it never hears of a normal end: the host
 * stops it.
 */
record HostedEventStreams(EventStreams delegate) implements ForwardingEventStreams {
    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        return delegate.subscribe(path, afterOffset, new Subscriber() {
            @Override
            public void onConnected(ConnectionInfo connected) {
                subscriber.onConnected(connected);
            }

            @Override
            public void onEvent(Event event) {
                subscriber.onEvent(event);
            }

            @Override
            public void onCaughtUp(long watermark) {
                subscriber.onCaughtUp(watermark);
            }

            @Override
            public void onEnd(@Nullable Throwable failure) {
                if (failure != null) {
                    subscriber.onEnd(failure);
                }
            }
        });
    }
}
