package dev.millrace.contracts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.Event;
import dev.millrace.core.Subscriber;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A subscriber that records every call and then runs a reaction; {@link #verify()} checks the order of the calls. */
final class RecordingSubscriber implements Subscriber {
    record CaughtUp(long watermark) {}

    record Disconnected(Throwable cause) {}

    record End(@Nullable Throwable failure) {}

    private final List<Object> calls = new CopyOnWriteArrayList<>();
    private final AtomicInteger inside = new AtomicInteger();
    private final Consumer<Event> reaction;
    private volatile boolean overlapped;

    RecordingSubscriber() {
        this(event -> {});
    }

    RecordingSubscriber(Consumer<Event> reaction) {
        this.reaction = reaction;
    }

    @Override
    public void onConnected(ConnectionInfo connected) {
        record(connected, () -> {});
    }

    @Override
    public void onEvent(Event event) {
        record(event, () -> reaction.accept(event));
    }

    @Override
    public void onCaughtUp(long watermark) {
        record(new CaughtUp(watermark), () -> {});
    }

    @Override
    public void onDisconnected(Throwable cause) {
        record(new Disconnected(cause), () -> {});
    }

    @Override
    public void onEnd(@Nullable Throwable failure) {
        record(new End(failure), () -> {});
    }

    private void record(Object call, Runnable reaction) {
        if (inside.getAndIncrement() > 0) {
            overlapped = true;
        }
        try {
            calls.add(call);
            reaction.run();
        } finally {
            inside.decrementAndGet();
        }
    }

    List<Event> events() {
        return of(Event.class);
    }

    List<Long> offsets() {
        return events().stream().map(Event::offset).toList();
    }

    ConnectionInfo connected() {
        assertThat(of(ConnectionInfo.class)).as("connections").isNotEmpty();
        return of(ConnectionInfo.class).get(0);
    }

    boolean isCaughtUp() {
        return !of(CaughtUp.class).isEmpty();
    }

    Optional<End> end() {
        return of(End.class).stream().findFirst();
    }

    private <T> List<T> of(Class<T> kind) {
        return calls.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    void verify() {
        assertThat(overlapped).as("calls at the same time").isFalse();
        assertThat(offsets()).isSorted().doesNotHaveDuplicates();
        assertThat(of(End.class)).hasSizeLessThanOrEqualTo(1);
        List<Object> seen = List.copyOf(calls);
        ConnectionInfo connection = null;
        boolean caughtUp = false;
        for (int i = 0; i < seen.size(); i++) {
            Object call = seen.get(i);
            if (call instanceof ConnectionInfo next) {
                connection = next;
                caughtUp = false;
            } else if (call instanceof End) {
                assertThat(i).as("the end is the last call in " + seen).isEqualTo(seen.size() - 1);
            } else if (call instanceof CaughtUp at) {
                assertThat(connection).as("a connection before " + call).isNotNull();
                assertThat(caughtUp).as("caught up before " + call).isFalse();
                assertThat(connection).extracting(ConnectionInfo::watermark).isEqualTo(at.watermark());
                caughtUp = true;
            } else if (call instanceof Event event) {
                assertThat(connection).as("a connection before " + call).isNotNull();
                boolean live = connection != null && event.offset() > connection.watermark();
                assertThat(caughtUp)
                        .as("caught up when event " + event.offset() + " came, watermark " + connection)
                        .isEqualTo(live);
            }
        }
    }
}
