package dev.millrace.processors.agent.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.internal.ChunkCoalescer.Chunk;
import dev.millrace.processors.agent.model.ModelSink.Delta;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class ChunkCoalescerTest {
    private final VirtualTimers timers = new VirtualTimers();
    private final List<Chunk> chunks = new ArrayList<>();
    private final ChunkCoalescer coalescer = new ChunkCoalescer(timers, Runnable::run, chunks::add);

    @Test
    void should_send_the_first_delta_at_once_and_gather_the_rest_for_a_while() {
        text("a", 1);
        text("b", 2);
        text("c", 3);
        assertThat(chunks).containsExactly(new Chunk(0, "text", "a", 1, 1));

        timers.advance(Duration.ofMillis(199));
        assertThat(chunks).hasSize(1);
        timers.advance(Duration.ofMillis(1));

        assertThat(chunks.get(1)).isEqualTo(new Chunk(0, "text", "bc", 2, 3));
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_send_nothing_on_the_thread_of_the_timers() {
        List<Runnable> handedOver = new ArrayList<>();
        ChunkCoalescer own = new ChunkCoalescer(timers, handedOver::add, chunks::add);
        own.add(new Delta(0, "text", "a", 1));
        own.add(new Delta(0, "text", "b", 2));

        timers.advance(ChunkCoalescer.WINDOW);

        assertThat(chunks).hasSize(1);
        assertThat(handedOver).hasSize(1);
        handedOver.get(0).run();
        assertThat(chunks).last().isEqualTo(new Chunk(0, "text", "b", 2, 2));
    }

    @Test
    void should_send_what_is_gathered_before_another_item_or_kind() {
        text("a", 1);
        text("b", 2);
        coalescer.add(new Delta(0, "refusal", "no", 3));
        coalescer.add(new Delta(1, "refusal", "way", 4));
        coalescer.flush();

        assertThat(chunks)
                .containsExactly(
                        new Chunk(0, "text", "a", 1, 1),
                        new Chunk(0, "text", "b", 2, 2),
                        new Chunk(0, "refusal", "no", 3, 3),
                        new Chunk(1, "refusal", "way", 4, 4));
    }

    @Test
    void should_cut_at_two_kibibytes_and_never_inside_a_code_point() {
        text("x", 1);
        text("€".repeat(1000) + "😀".repeat(1000), 2);
        coalescer.flush();

        assertThat(joined()).isEqualTo("x" + "€".repeat(1000) + "😀".repeat(1000));
        assertThat(chunks)
                .allSatisfy(chunk -> assertThat(chunk.text().getBytes(StandardCharsets.UTF_8))
                        .hasSizeLessThanOrEqualTo(ChunkCoalescer.MOST_BYTES));
        assertThat(chunks).hasSize(1 + 4);
    }

    @Test
    void should_wait_for_the_other_half_of_a_code_point() {
        text("a\uD83D", 1);
        assertThat(chunks).containsExactly(new Chunk(0, "text", "a", 1, 1));
        timers.advance(Duration.ofSeconds(1));
        assertThat(chunks).hasSize(1);

        text("\uDE00!", 2);
        timers.advance(Duration.ofSeconds(1));

        assertThat(chunks.get(1)).isEqualTo(new Chunk(0, "text", "😀!", 1, 2));
    }

    @Test
    void should_replace_half_a_code_point_whose_rest_never_comes() {
        text("a\uD83D", 1);
        coalescer.flush();
        text("b\uD83Dc", 2);
        coalescer.flush();

        assertThat(joined()).isEqualTo("a\uFFFDb\uFFFDc");
    }

    @Test
    void should_say_nothing_after_it_is_closed() {
        text("a", 1);
        text("b", 2);
        coalescer.close();
        text("c", 3);
        coalescer.flush();
        timers.advance(Duration.ofSeconds(1));

        assertThat(joined()).isEqualTo("a");
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_lose_nothing_and_change_no_order_however_the_deltas_come() {
        Random random = new Random(7);
        for (int run = 0; run < 200; run++) {
            chunks.clear();
            ChunkCoalescer next = new ChunkCoalescer(timers, Runnable::run, chunks::add);
            StringBuilder said = new StringBuilder();
            for (int i = 0; i < 50; i++) {
                String delta = "äb😀".substring(random.nextInt(2)).repeat(random.nextInt(300) + 1);
                said.append(delta);
                next.add(new Delta(0, "text", delta, i));
                if (random.nextInt(4) == 0) {
                    timers.advance(Duration.ofMillis(random.nextInt(300)));
                }
            }
            next.flush();
            assertThat(joined()).as("run %d", run).isEqualTo(said.toString());
            for (int i = 1; i < chunks.size(); i++) {
                assertThat(chunks.get(i).seqFrom())
                        .isGreaterThanOrEqualTo(chunks.get(i - 1).seqFrom());
            }
        }
    }

    @Test
    void should_make_few_events_of_a_long_answer() {
        for (int i = 0; i < 815; i++) {
            text("word ", i);
            timers.advance(Duration.ofMillis(16));
        }
        coalescer.flush();

        assertThat(chunks).hasSizeBetween(40, 70);
    }

    private void text(String text, long seq) {
        coalescer.add(new Delta(0, "text", text, seq));
    }

    private String joined() {
        return chunks.stream().map(Chunk::text).collect(Collectors.joining());
    }
}
