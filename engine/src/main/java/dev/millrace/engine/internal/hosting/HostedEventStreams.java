package dev.millrace.engine.internal.hosting;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ForwardingEventStreams;
import dev.millrace.core.StreamPath;
import dev.millrace.core.Subscriber;
import dev.millrace.core.Subscription;
import org.jspecify.annotations.Nullable;

/**
 * The {@link EventStreams} that hosted runners get; it hides the normal end of a subscription from them. A runner that
 * sees a normal end subscribes again, which would create the destroyed stream again. Hosted runners are stopped by the
 * host. Lease streams are an exception: a lease is claimed again in the next incarnation.
 */
record HostedEventStreams(EventStreams delegate) implements ForwardingEventStreams {
    @Override
    public Subscription subscribe(StreamPath path, long afterOffset, Subscriber subscriber) {
        if (Fence.isLeaseStream(path)) {
            return delegate.subscribe(path, afterOffset, subscriber);
        }
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
