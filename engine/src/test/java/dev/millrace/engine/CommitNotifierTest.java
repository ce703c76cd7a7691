package dev.millrace.engine;

import static dev.millrace.engine.EngineFixture.PUBLIC;
import static dev.millrace.engine.EngineFixture.eventually;
import static dev.millrace.engine.EngineFixture.get;
import static dev.millrace.engine.EngineFixture.path;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.TextNode;
import dev.millrace.engine.internal.commit.CommitListener;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The calls of the commit listener. */
class CommitNotifierTest {
    private final EngineFixture fixture = new EngineFixture();
    private final List<String> heard = new ArrayList<>();
    private final CountDownLatch entered = new CountDownLatch(1);
    private final CountDownLatch mayReturn = new CountDownLatch(1);
    private volatile boolean blocking;

    @BeforeEach
    void host() {
        fixture.engine
                .parts()
                .host(
                        new Listener(),
                        (stream, head, scope) ->
                                Map.of("chat", TextNode.valueOf(stream.path() + "@" + head.lastOffset())));
    }

    @AfterEach
    void stop() {
        mayReturn.countDown();
        fixture.close();
    }

    @Test
    void should_hear_of_every_commit_with_its_records() {
        fixture.append("/a", "{'type':'t'}");
        eventually(() -> heard().size() == 2);
        get(fixture.send("/a", "{'type':'t'}", "{'type':'u'}"));
        eventually(() -> heard().size() == 3);

        assertThat(heard()).containsExactly("/ 1-2 [1, 2]", "/a 1-2 [1, 2]", "/a 3-4 [3, 4]");
    }

    @Test
    void should_hear_of_a_destroy() {
        fixture.append("/a", "{'type':'t'}");
        eventually(() -> heard().size() == 2);

        get(fixture.engine.destroy(PUBLIC, path("/a"), false));

        eventually(() -> heard().contains("/a destroyed"));
    }

    @Test
    void should_not_wait_for_a_slow_listener_but_merge_what_it_missed() throws InterruptedException {
        blocking = true;
        fixture.append("/", "{'type':'t'}");
        assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();

        for (int n = 0; n < 20; n++) {
            fixture.append("/a", "{'type':'t'}");
        }
        fixture.append("/b", "{'type':'t'}");
        get(fixture.engine.destroy(PUBLIC, path("/b"), false));
        fixture.append("/b", "{'type':'t'}");
        mayReturn.countDown();

        eventually(() -> heard().contains("/b 1-2 [1, 2]"));
        assertThat(heard())
                .contains("/a 1-21 " + LongStream.rangeClosed(1, 21).boxed().toList(), "/b destroyed")
                .doesNotHaveDuplicates();
        assertThat(heard().indexOf("/b destroyed")).isLessThan(heard().indexOf("/b 1-2 [1, 2]"));
    }

    @Test
    void should_leave_the_records_to_the_log_when_the_listener_lags_far_behind() throws InterruptedException {
        blocking = true;
        fixture.append("/a", "{'type':'t'}");
        assertThat(entered.await(5, TimeUnit.SECONDS)).isTrue();

        List<CompletableFuture<List<AppendedRecord>>> sent = new ArrayList<>();
        for (int n = 0; n < 5000; n++) {
            sent.add(fixture.send("/a", "{'type':'t'}"));
        }
        sent.forEach(EngineFixture::get);
        mayReturn.countDown();

        eventually(() -> heard().stream().anyMatch(call -> call.equals("/a 3-5002 []")));
    }

    @Test
    void should_survive_a_listener_that_throws() {
        fixture.append("/throw", "{'type':'t'}");
        fixture.append("/a", "{'type':'t'}");

        eventually(() -> heard().contains("/a 1-2 [1, 2]"));
    }

    @Test
    void should_put_the_slices_into_states_and_last_states() {
        fixture.append("/a", "{'type':'t'}");

        assertThat(get(fixture.engine.state(PUBLIC, path("/a"))).processors())
                .containsExactly(Map.entry("chat", TextNode.valueOf("/a@2")));
        assertThat(get(fixture.engine.destroy(PUBLIC, path("/a"), false))
                        .finalStates()
                        .values())
                .allSatisfy(last -> assertThat(last.processors()).containsKey("chat"));
    }

    private List<String> heard() {
        synchronized (heard) {
            return List.copyOf(heard);
        }
    }

    private final class Listener implements CommitListener {
        @Override
        public void committed(StreamKey stream, long first, long last, List<EventRecord> records) {
            if (stream.path().equals(path("/throw"))) {
                throw new IllegalStateException("expected by a test");
            }
            hear(stream.path() + " " + first + "-" + last + " "
                    + records.stream().map(EventRecord::offset).toList());
        }

        @Override
        public void destroyed(StreamKey stream) {
            hear(stream.path() + " destroyed");
        }

        private void hear(String call) {
            synchronized (heard) {
                heard.add(call);
            }
            if (blocking) {
                entered.countDown();
                try {
                    assertThat(mayReturn.await(10, TimeUnit.SECONDS)).isTrue();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
