package dev.millrace.client;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.StreamPath;
import dev.millrace.core.SubtreeSubscriber;

/** A subscriber that ignores all calls, for tests that check only requests. */
final class DeafSubtree implements SubtreeSubscriber {
    @Override
    public void onStream(StreamPath path, ConnectionInfo connected) {
        // not of interest
    }

    @Override
    public void onEvent(Event event) {
        // not of interest
    }
}
