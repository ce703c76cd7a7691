package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.core.Event;
import dev.millrace.core.EventStreams;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.agent.AgentEvent.InputAdded;
import dev.millrace.processors.agent.AgentEvent.ItemCompleted;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestCompleted;
import dev.millrace.processors.agent.AgentEvent.RequestFailed;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestScheduled;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentEvent.SystemPromptUpdated;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.tool.OfferedTool;
import dev.millrace.processors.agent.tool.ToolEvent;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** An agent whose requests other programs answer, on a real engine; the test is the program. */
@Timeout(60)
class ExternalRequestTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/a");

    private final VirtualTimers timers = new VirtualTimers();
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).timers(timers).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void should_name_the_events_of_the_prompt_in_the_order_of_the_model() {
        try (var runner = start(AgentProcessor.of(Model.external("m")))) {
            runner.awaitCaughtUp(LIMIT);
            long prompt = append(new SystemPromptUpdated("Be brief."));
            long offer = append(offer());
            long first = append(InputAdded.user("find 17"));
            RequestScheduled scheduled = scheduled(1);
            assertThat(scheduled.prompt()).containsExactly(prompt, first);
            assertThat(scheduled.tools()).containsExactly(offer);
            assertThat(scheduled.model()).isEqualTo("m");
            assertThat(scheduled.instructions()).isEmpty();

            long request = started(1);
            long call = append(item(request, new ModelItem.ToolCall("c1", "find", "{\"id\":\"17\"}")));
            append(completed(request));
            await().atMost(LIMIT).until(() -> !all(CallRequested.class).isEmpty());
            long result = append(new CallCompleted(request, "c1", Optional.empty(), JsonCodec.parse("{\"price\":3}")));

            assertThat(scheduled(2).prompt()).containsExactly(prompt, first, call, result);
            long second = started(2);
            long answer = append(item(second, new ModelItem.Message("It costs 3.")));
            append(completed(second));
            long next = append(InputAdded.user("thanks"));
            assertThat(scheduled(3).prompt()).containsExactly(prompt, first, call, result, answer, next);
            assertThat(all(RequestLost.class)).isEmpty();
        }
    }

    @Test
    void should_schedule_one_request_again_for_a_newer_message_and_refuse_a_start_of_the_older_one() {
        try (var runner = start(AgentProcessor.of(Model.external("m")))) {
            runner.awaitCaughtUp(LIMIT);
            append(InputAdded.user("one"));
            scheduled(1);
            append(InputAdded.user("two"));
            assertThat(scheduled(2).prompt()).hasSize(2);

            long stale = started(1);
            await().atMost(LIMIT)
                    .until(() ->
                            all(RequestCancelled.class).stream().anyMatch(cancelled -> cancelled.requestId() == stale));
            long request = started(2);
            append(item(request, new ModelItem.Message("both")));
            append(completed(request));

            assertThat(state().lastEnd().orElseThrow().outcome()).isEqualTo("completed");
            assertThat(state().owesReply()).isFalse();
        }
    }

    @Test
    void should_let_the_first_of_two_starts_answer() {
        try (var runner = start(AgentProcessor.of(Model.external("m")))) {
            runner.awaitCaughtUp(LIMIT);
            append(InputAdded.user("hi"));
            scheduled(1);
            long first = started(1);
            long second = started(1);
            await().atMost(LIMIT)
                    .until(() -> all(RequestCancelled.class).stream()
                            .anyMatch(cancelled -> cancelled.requestId() == second));
            append(item(first, new ModelItem.Message("hello")));
            append(completed(first));

            assertThat(state().lastEnd().orElseThrow().requestId()).isEqualTo(first);
        }
    }

    @Test
    void should_interrupt_a_request_for_a_newer_message() {
        try (var runner = start(AgentProcessor.of(Model.external("m")))) {
            runner.awaitCaughtUp(LIMIT);
            append(InputAdded.user("one"));
            scheduled(1);
            long request = started(1);
            append(new AgentEvent.ChunkAdded(request, 0, "text", "Once upon", 0, 0));
            append(InputAdded.user("two"));

            assertThat(scheduled(2).prompt()).hasSize(3);
            assertThat(all(RequestCancelled.class))
                    .extracting(RequestCancelled::requestId)
                    .containsExactly(request);
        }
    }

    @Test
    void should_keep_a_request_over_a_restart_and_schedule_it_again_after_a_silence() {
        append(InputAdded.user("hi"));
        try (var runner =
                start(AgentProcessor.builder(Model.external("m")).timers(timers).build())) {
            runner.awaitCaughtUp(LIMIT);
            scheduled(1);
        }
        long request = started(1);
        try (var runner =
                start(AgentProcessor.builder(Model.external("m")).timers(timers).build())) {
            runner.awaitCaughtUp(LIMIT);
            assertThat(all(RequestLost.class)).isEmpty();
            await().atMost(LIMIT).until(() -> {
                timers.advance(Duration.ofSeconds(10));
                return !all(RequestLost.class).isEmpty();
            });
            assertThat(all(RequestLost.class).get(0).requestId()).isEqualTo(request);
            assertThat(scheduled(2).attempt()).isEqualTo(2);
        }
    }

    @Test
    void should_follow_the_wire_of_the_log() {
        FakeModel model = new FakeModel().says("from the model");
        try (var runner = start(AgentProcessor.of(model))) {
            runner.awaitCaughtUp(LIMIT);
            append(LlmConfigUpdated.wire(Model.EXTERNAL));
            append(InputAdded.user("hi"));
            scheduled(1);
            append(LlmConfigUpdated.wire("responses"));
            await().atMost(LIMIT).until(() -> !all(RequestCompleted.class).isEmpty());

            assertThat(state().scheduled()).isEmpty();
            assertThat(all(ItemCompleted.class)).extracting(ItemCompleted::text).containsExactly("from the model");
        }
    }

    @Test
    void should_take_a_failure_of_the_program_as_the_end() {
        try (var runner = start(AgentProcessor.builder(Model.external("m"))
                .systemPrompt("Be kind.")
                .build())) {
            runner.awaitCaughtUp(LIMIT);
            append(InputAdded.user("hi"));
            assertThat(scheduled(1).instructions()).contains("Be kind.");
            long request = started(1);
            append(new RequestFailed(
                    request,
                    "quota",
                    Optional.empty(),
                    Optional.empty(),
                    "no credit",
                    Optional.empty(),
                    false,
                    Optional.empty(),
                    Optional.empty()));

            assertThat(state().status().failureClass()).contains("quota");
            append(new AgentEvent.RetryRequested(Optional.empty()));
            assertThat(scheduled(2).attempt()).isEqualTo(1);
        }
    }

    private ProcessorRunner<AgentState> start(AgentProcessor agent) {
        return ProcessorRunner.builder(streams, agent).stream(PATH)
                .withoutLease()
                .timers(timers)
                .start();
    }

    private static ToolEvent.ToolsOffered offer() {
        return new ToolEvent.ToolsOffered(
                "host",
                "h",
                List.of(new OfferedTool(
                        "find",
                        Optional.empty(),
                        JsonCodec.parse("{}"),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty())));
    }

    private static ItemCompleted item(long request, ModelItem item) {
        return new ItemCompleted(request, 0, item, Optional.empty());
    }

    private static RequestCompleted completed(long request) {
        return new RequestCompleted(
                request,
                Optional.empty(),
                Optional.empty(),
                "completed",
                Optional.empty(),
                Optional.empty(),
                5,
                Optional.empty());
    }

    /** Waits for the scheduled request with this number. */
    private RequestScheduled scheduled(int number) {
        await().atMost(LIMIT).until(() -> all(RequestScheduled.class).size() >= number);
        List<RequestScheduled> scheduled = all(RequestScheduled.class);
        assertThat(scheduled).hasSize(number);
        return scheduled.get(number - 1);
    }

    /** Starts the scheduled request with this number, and returns the id of the request. */
    private long started(int number) {
        Event event = log().stream()
                .filter(each -> each.payload() instanceof RequestScheduled)
                .toList()
                .get(number - 1);
        RequestScheduled request = (RequestScheduled) event.payload();
        return append(new RequestStarted(
                request.inputThroughOffset(),
                request.model(),
                request.attempt(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.of(event.offset())));
    }

    private long append(Object event) {
        return streams.append(PATH.value(), event).join().offset();
    }

    private AgentState state() {
        AgentState state = AgentState.empty();
        for (Event event : log()) {
            state = state.after(event);
        }
        return state;
    }

    private List<Event> log() {
        return streams.read(PATH, ReadRange.all()).join().stream()
                .map(event -> event.decodedBy(AgentEvent.catalog()))
                .toList();
    }

    private <T> List<T> all(Class<T> type) {
        return log().stream()
                .map(Event::payload)
                .filter(type::isInstance)
                .map(type::cast)
                .toList();
    }
}
