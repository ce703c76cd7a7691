package dev.millrace.server.internal.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.VirtualTimers;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.FutureCallback;
import org.junit.jupiter.api.Test;

/** A reader that takes 8 KB in a second does not count as stalled, whatever the size of an event or a page. */
class SlowWriteTest {
    private static final int BYTES_PER_SECOND = 8 * 1024;

    private record Write(boolean last, int bytes, Callback callback) {}

    private final VirtualTimers clock = new VirtualTimers();
    private final Deque<Write> writes = new ArrayDeque<>();
    private final Response response = (Response) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {Response.class}, (proxy, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("write");
                writes.add(new Write(
                        (boolean) arguments[0], ((ByteBuffer) arguments[1]).remaining(), (Callback) arguments[2]));
                return null;
            });

    /** Takes all writes, and returns how many bytes they had. */
    private long takeSlowly(Supplier<Duration> stalled) {
        long taken = 0;
        while (!writes.isEmpty()) {
            Write write = writes.remove();
            clock.advance(Duration.ofMillis(write.bytes() * 1000L / BYTES_PER_SECOND));
            assertThat(stalled.get()).isLessThan(StalledClients.STALLED);
            taken += write.bytes();
            write.callback().succeeded();
        }
        return taken;
    }

    @Test
    void should_see_that_the_reader_of_a_large_event_is_alive() {
        ResponseWriter writer = new ResponseWriter(response, clock::elapsed);
        writer.send(new byte[1 << 20]);
        writer.finishAfterAll();

        assertThat(takeSlowly(() -> writer.stalled().orElse(Duration.ZERO))).isEqualTo(1 << 20);
        assertThat(writer.completion().toCompletableFuture()).isCompleted();
    }

    @Test
    void should_see_that_the_reader_of_a_page_is_alive() {
        FutureCallback done = new FutureCallback();
        PieceWriter writer = new PieceWriter(response, clock::elapsed, true, new byte[(1 << 20) + 1], done);
        writer.iterate();

        assertThat(takeSlowly(writer::stalled)).isEqualTo((1 << 20) + 1);
        assertThat(done.isDone()).isTrue();
    }
}
