package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.PromptPart;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConversationTest {
    private static final String NOTE = "user: " + Transcript.CONTINUE;

    private final AgentLog log = new AgentLog();

    @Test
    void should_leave_out_an_answer_to_an_input_that_the_request_does_not_include() {
        long first = log.user("first");
        log.user("second");
        long both = log.start();
        log.chunk(both, 0, "to both");
        log.lose(both);
        log.add(new AgentEvent.RequestStarted(
                first, "m", 2, "old", Optional.empty(), Optional.empty(), Optional.empty()));

        assertThat(AgentProcessor.of(new FakeModel()).prompt(log.events()).parts())
                .singleElement()
                .isInstanceOf(PromptPart.Input.class);
    }

    @Test
    void should_put_an_output_after_the_inputs_that_it_answers() {
        long one = log.user("one");
        long request = log.start();
        long two = log.user("two");
        log.message(request, 0, "answer to one");
        log.cancel(request);

        assertThat(log.transcript()).containsExactly("user: one", "assistant: answer to one", "user: two");
        assertThat(log.conversation().entries())
                .extracting(Transcript.Entry::order)
                .containsExactly(one, one, two);
        assertThat(log.conversation().entries())
                .extracting(Transcript.Entry::requestId)
                .containsExactly(0L, request, 0L);
    }

    @Test
    void should_keep_inputs_of_all_roles_in_order() {
        log.add(InputAdded.as("system", "a"));
        log.add(InputAdded.as("developer", "b"));
        log.add(InputAdded.as("assistant", "c"));
        log.user("d");

        assertThat(log.transcript()).containsExactly("system: a", "developer: b", "assistant: c", "user: d");
    }

    @Test
    void should_leave_the_output_of_an_open_request_out() {
        log.user("one");
        log.chunk(log.start(), 0, "not yet");

        assertThat(log.transcript()).containsExactly("user: one");
    }

    @Test
    void should_remember_where_an_output_came_from() {
        log.user("one");
        long request = log.start("m2", "http://elsewhere");
        log.message(request, 0, "hello");
        log.complete(request);

        PromptPart.Output output =
                (PromptPart.Output) log.conversation().entries().get(1).part();
        assertThat(output.origin())
                .isEqualTo(new Origin("fake", Optional.of("http://elsewhere"), "m2", Optional.empty()));
    }

    @Test
    void should_use_the_text_of_chunks_only_without_a_complete_item() {
        log.user("one");
        long request = log.start();
        log.chunk(request, 0, "hel");
        log.message(request, 0, "hello");
        log.chunk(request, 0, " late");
        log.chunk(request, 1, "wor");
        log.chunk(request, 1, "ld");
        log.cancel(request);

        assertThat(log.transcript())
                .containsExactly(
                        "user: one", "assistant: hello", "assistant: world\n\n[response interrupted by the user]");
    }

    @Test
    void should_not_take_reasoning_or_arguments_in_chunks_for_text() {
        log.user("one");
        long request = log.start();
        log.add(new AgentEvent.ChunkAdded(request, 0, "reasoning", "hm", 0, 0));
        log.add(new AgentEvent.ChunkAdded(request, 1, "arguments", "{", 0, 0));
        log.lose(request);

        assertThat(log.transcript()).containsExactly("user: one");
    }

    @Test
    void should_say_how_a_text_was_cut_off() {
        log.user("one");
        long lost = log.start();
        log.chunk(lost, 0, "a");
        log.lose(lost);
        long failed = log.start();
        log.chunk(failed, 0, "b");
        log.fail(failed);
        log.user("two");
        long superseded = log.start();
        log.chunk(superseded, 0, "c");
        log.user("three");
        long cancelled = log.start();
        log.chunk(cancelled, 0, "d");
        log.cancel(cancelled);

        assertThat(log.transcript())
                .containsExactly(
                        "user: one",
                        "assistant: a\n\n[response cut off by a restart]",
                        NOTE,
                        "assistant: b\n\n[response cut off by an error]",
                        "user: two",
                        "assistant: c\n\n[response interrupted by the user]",
                        "user: three",
                        "assistant: d\n\n[response interrupted by the user]");
    }

    @Test
    void should_end_with_a_user_when_the_next_request_starts_after_a_lost_one() {
        log.user("one");
        long lost = log.start();
        log.chunk(lost, 0, "a");
        log.lose(lost);
        log.start();

        assertThat(log.transcript())
                .containsExactly("user: one", "assistant: a\n\n[response cut off by a restart]", NOTE);
    }

    @Test
    void should_end_with_a_user_when_a_failed_request_is_tried_again() {
        log.user("one");
        long failed = log.start();
        log.message(failed, 0, "half");
        log.fail(failed);
        log.retry();
        log.start();

        assertThat(log.transcript()).containsExactly("user: one", "assistant: half", NOTE);
    }

    @Test
    void should_add_no_note_after_a_request_that_said_nothing() {
        log.user("one");
        log.lose(log.start());
        log.start();

        assertThat(log.transcript()).containsExactly("user: one");
    }

    @Test
    void should_answer_an_assistants_input_after_the_user_with_a_note() {
        log.user("one");
        log.add(InputAdded.as("assistant", "let me think"));
        log.start();

        assertThat(log.transcript()).containsExactly("user: one", "assistant: let me think", NOTE);
    }

    @Test
    void should_take_inputs_prompts_and_configurations_only_up_to_the_given_offset() {
        log.add(new SystemPromptUpdated("old"));
        log.add(LlmConfigUpdated.model("m1"));
        long through = log.user("one");
        log.add(new SystemPromptUpdated("new"));
        log.add(LlmConfigUpdated.model("m2"));
        log.user("two");

        Transcript before = Transcript.upTo(log.events(), through);

        assertThat(AgentLog.transcript(before)).containsExactly("user: one");
        assertThat(before.systemPrompt()).contains("old");
        assertThat(before.config()).isEqualTo(LlmConfigUpdated.model("m1"));
        assertThat(log.conversation().systemPrompt()).contains("new");
        assertThat(log.conversation().config()).isEqualTo(LlmConfigUpdated.model("m2"));
    }

    @Test
    void should_list_the_requests_whose_chunks_may_be_needed() {
        log.user("one");
        long lost = log.start();
        log.lose(lost);
        long lostAt = log.head();
        long empty = log.start();
        log.complete(empty);
        long emptyAt = log.head();
        log.user("two");
        long whole = log.start();
        log.message(whole, 0, "hi");
        log.complete(whole);

        assertThat(log.conversation().cut())
                .containsExactly(new Transcript.Cut(lost, lostAt), new Transcript.Cut(empty, emptyAt));
    }

    @Test
    void should_end_with_words_of_the_user_or_results_at_each_start_of_any_log() {
        for (int seed = 0; seed < 500; seed++) {
            AgentLog random = random(seed);
            for (int end = 1; end <= random.events().size(); end++) {
                List<Event> events = random.events().subList(0, end);
                if (startsRequest(events)) {
                    List<Transcript.Entry> entries = Transcript.of(events).entries();
                    PromptPart last = entries.get(entries.size() - 1).part();
                    boolean hasResults = last instanceof PromptPart.Output output
                            && output.items().stream().anyMatch(item -> item.item() instanceof ModelItem.ToolCall);
                    boolean isOfUser = last instanceof PromptPart.Input input
                            && !input.role().equals("assistant");
                    assertThat(hasResults || isOfUser)
                            .as("seed %d, end %d: %s", seed, end, last)
                            .isTrue();
                }
            }
        }
    }

    @Test
    void should_only_grow_at_its_end_while_requests_answer_all_inputs() {
        for (int seed = 0; seed < 200; seed++) {
            AgentLog grown = new AgentLog();
            Random random = new Random(seed);
            List<Transcript.Entry> before = List.of();
            for (int turn = 0; turn < 10; turn++) {
                grown.user("input " + turn);
                long request = grown.start();
                before = assertGrown(before, grown, seed);
                for (int i = random.nextInt(4); i > 0; i--) {
                    say(grown, request, random);
                }
                end(grown, request, random);
                before = assertGrown(before, grown, seed);
            }
        }
    }

    private static List<Transcript.Entry> assertGrown(List<Transcript.Entry> before, AgentLog log, int seed) {
        List<Transcript.Entry> entries = log.conversation().entries();
        assertThat(entries.subList(0, before.size())).as("seed %d", seed).isEqualTo(before);
        return entries;
    }

    /** Whether the last event opened a request. */
    private static boolean startsRequest(List<Event> events) {
        AgentState state = AgentState.empty();
        for (Event event : events) {
            state = AgentReducer.reduce(state, event);
        }
        long last = events.get(events.size() - 1).offset();
        return state.open().filter(open -> open.id() == last).isPresent();
    }

    private static AgentLog random(int seed) {
        AgentLog log = new AgentLog();
        Random random = new Random(seed);
        List<Runnable> steps = new ArrayList<>();
        steps.add(() -> log.user("input"));
        steps.add(() -> log.add(InputAdded.as("assistant", "note")));
        steps.add(() -> log.start());
        steps.add(() -> log.retry());
        steps.add(() -> log.state().open().ifPresent(open -> say(log, open.id(), random)));
        steps.add(() -> log.state().open().ifPresent(open -> end(log, open.id(), random)));
        for (int i = 0; i < 40; i++) {
            steps.get(random.nextInt(steps.size())).run();
        }
        return log;
    }

    private static void say(AgentLog log, long request, Random random) {
        switch (random.nextInt(4)) {
            case 0 -> log.message(request, random.nextInt(3), "text");
            case 1 -> log.call(request, random.nextInt(3), "c", "f", "{}");
            case 2 -> log.reasoning(request, random.nextInt(3), "hm");
            default -> log.chunk(request, random.nextInt(3), "part");
        }
    }

    private static void end(AgentLog log, long request, Random random) {
        switch (random.nextInt(4)) {
            case 0 -> log.complete(request);
            case 1 -> log.fail(request);
            case 2 -> log.cancel(request);
            default -> log.lose(request);
        }
    }

    @Test
    void should_keep_items_of_all_kinds_in_the_order_of_their_index() {
        log.user("one");
        long request = log.start();
        log.call(request, 2, "c", "f", "{}");
        log.message(request, 1, "text");
        log.reasoning(request, 0, "hm");
        log.complete(request);

        PromptPart.Output output =
                (PromptPart.Output) log.conversation().entries().get(1).part();
        assertThat(output.items())
                .extracting(item -> (Object) item.item())
                .containsExactly(
                        new ModelItem.Reasoning("hm"),
                        new ModelItem.Message("text"),
                        new ModelItem.ToolCall("c", "f", "{}"));
    }
}
