package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.ReadRange;
import dev.millrace.core.processor.Effects;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.Prompt;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PromptReaderTest {
    private static final String CHUNK = "llm-chunk-added";

    private final AgentLog log = new AgentLog();
    private final List<ReadRange> reads = new ArrayList<>();
    private final List<Event> read = new ArrayList<>();

    @Test
    void should_read_no_chunks_of_complete_requests() {
        answered("one");
        answered("two");
        log.user("three");
        log.start();

        assertThat(texts(prompt())).containsExactly("one", "answer to one", "two", "answer to two", "three");
        assertThat(reads).hasSize(1);
        assertThat(reads.get(0).types()).contains("agent-input-added").doesNotContain(CHUNK);
    }

    @Test
    void should_read_the_chunks_of_requests_that_were_cut_off_only() {
        answered("one");
        log.user("two");
        long lost = log.start();
        log.chunk(lost, 0, "par");
        log.chunk(lost, 0, "tial");
        log.lose(lost);
        long lostAt = log.head();
        answeredAgain();
        log.user("three");
        log.start();

        assertThat(texts(prompt())).contains("partial\n\n[response cut off by a restart]", "answer to one");
        assertThat(reads).hasSize(2);
        assertThat(reads.get(1).types()).isEqualTo(Set.of(CHUNK));
        assertThat(read.stream().filter(event -> event.type().equals(CHUNK)))
                .hasSize(2)
                .allSatisfy(chunk -> assertThat(chunk.offset()).isBetween(lost, lostAt));
    }

    @Test
    void should_read_as_many_pages_as_there_are() {
        for (int i = 0; i < 2 * Effects.PAGE; i++) {
            log.user("input " + i);
        }
        log.start();

        assertThat(texts(prompt())).hasSize(2 * Effects.PAGE).endsWith("input 1999");
        assertThat(reads).hasSize(3);
        assertThat(read).doesNotHaveDuplicates().hasSize(2 * Effects.PAGE + 1);
    }

    @Test
    void should_not_depend_on_what_happened_after_the_start_of_the_request() {
        log.user("one");
        log.start();
        OpenRequest open = open();
        Prompt before = prompt(open);
        log.chunk(open.id(), 0, "answer");
        log.user("two");
        log.add(new AgentEvent.SystemPromptUpdated("late"));

        assertThat(prompt(open)).isEqualTo(before);
        assertThat(before.instructions()).isEmpty();
    }

    @Test
    void should_leave_out_inputs_that_the_request_does_not_include() {
        log.user("one");
        long through = log.state().inputThrough();
        log.add(AgentEvent.InputAdded.as("developer", "arrived while the request was started"));
        log.add(new AgentEvent.RequestStarted(
                through, "m", 1, "x", Optional.empty(), Optional.empty(), Optional.empty()));

        assertThat(texts(prompt())).containsExactly("one");
    }

    @Test
    void should_make_the_prompt_that_the_agent_shows_for_the_same_log() {
        answered("one");
        log.user("two");
        long cut = log.start();
        log.chunk(cut, 0, "part");
        log.cancel(cut);
        log.user("three");
        log.start();

        assertThat(prompt()).isEqualTo(AgentProcessor.of(new FakeModel()).prompt(log.events()));
    }

    private void answered(String text) {
        log.user(text);
        long request = log.start();
        log.chunk(request, 0, "answer");
        log.message(request, 0, "answer to " + text);
        log.complete(request);
    }

    private void answeredAgain() {
        long request = log.start();
        log.chunk(request, 0, "answer");
        log.message(request, 0, "answer");
        log.complete(request);
    }

    private OpenRequest open() {
        return log.state().open().orElseThrow();
    }

    private Prompt prompt() {
        return prompt(open());
    }

    private Prompt prompt(OpenRequest open) {
        CompletableFuture<Prompt> prompt =
                new PromptReader(this::page).read(open, log.state(), PromptDefaults.NONE, new FakeModel());
        return prompt.orTimeout(30, TimeUnit.SECONDS).join();
    }

    /** The events of a range, as a stream returns them. */
    private CompletableFuture<List<Event>> page(ReadRange range) {
        reads.add(range);
        List<Event> page = log.events().stream()
                .filter(event -> range.types().contains(event.type()))
                .filter(event -> event.offset() > range.afterOffset())
                .filter(event -> event.offset() < range.beforeOffset().orElse(Long.MAX_VALUE))
                .limit(range.limit().orElse(Effects.PAGE))
                .toList();
        read.addAll(page);
        return CompletableFuture.completedFuture(page);
    }

    private static List<String> texts(Prompt prompt) {
        List<String> texts = new ArrayList<>();
        for (PromptPart part : prompt.parts()) {
            if (part instanceof PromptPart.Input input) {
                texts.add(input.content().asText());
            } else if (part instanceof PromptPart.Output output) {
                output.items().forEach(item -> texts.add(((ModelItem.Message) item.item()).text()));
            }
        }
        return texts;
    }
}
