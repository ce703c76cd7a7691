package dev.millrace.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A subscriber that blocks in its first event until it is released. */
class BusySubscriber extends RecordingSubscriber {
    private final CountDownLatch release = new CountDownLatch(1);

    @Override
    public void onEvent(Event event) {
        super.onEvent(event);
        try {
            assertThat(release.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    void release() {
        release.countDown();
    }
}
