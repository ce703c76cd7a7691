package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelItem;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RetryingModelCallTest {
    private static final ModelFailure TRUNCATED = ModelFailure.of(FailureKind.TRUNCATED, "cut");

    private final VirtualTimers timers = new VirtualTimers();
    private final Recording said = new Recording();
    private final FakeModel model = new FakeModel();

    @Test
    void should_try_again_after_failures_that_may_pass() {
        model.fails(FakeModel.BUSY).fails(FakeModel.BUSY).says("at last");
        call().send();
        passWaits(2);

        assertThat(said.ends).containsExactly(FakeModel.complete());
        assertThat(said.texts).containsExactly("at last");
        assertThat(model.prompts).hasSize(3);
        assertThat(said.tries).containsExactly(1, 2);
        assertThat(said.delays.get(0)).isBetween(Duration.ofMillis(250), Duration.ofMillis(500));
        assertThat(said.delays.get(1)).isBetween(Duration.ofMillis(500), Duration.ofMillis(1000));
    }

    @Test
    void should_give_up_after_four_tries() {
        for (int i = 0; i < 5; i++) {
            model.fails(FakeModel.BUSY);
        }
        call().send();
        passWaits(3);

        assertThat(said.ends).containsExactly(FakeModel.BUSY);
        assertThat(model.prompts).hasSize(RetryingModelCall.MOST_TRIES);
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_wait_exactly_as_long_as_it_is_asked_to() {
        model.fails(FakeModel.BUSY.withRetry(true, Optional.of(Duration.ofSeconds(7))))
                .says("ok");
        call().send();

        assertThat(timers.remaining()).containsExactly(Duration.ofSeconds(7));
        timers.advance(Duration.ofMillis(6_999));
        assertThat(model.prompts).hasSize(1);
        timers.advance(Duration.ofMillis(1));

        assertThat(said.ends).containsExactly(FakeModel.complete());
    }

    @Test
    void should_wait_for_a_minute_but_not_longer() {
        ModelFailure minute = FakeModel.BUSY.withRetry(true, Optional.of(Duration.ofMinutes(1)));
        ModelFailure longer = FakeModel.BUSY.withRetry(true, Optional.of(Duration.ofMillis(60_001)));
        model.fails(minute).fails(longer);
        call().send();
        passWaits(1);

        assertThat(said.delays).containsExactly(Duration.ofMinutes(1));
        assertThat(said.ends).containsExactly(longer);
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_not_try_again_after_the_first_output() {
        model.fails(TRUNCATED).then(sink -> {
            sink.delta(new ModelSink.Delta(0, "text", "one", 1));
            sink.end(TRUNCATED);
        });
        call().send();
        passWaits(1);

        assertThat(said.ends).containsExactly(TRUNCATED);
        assertThat(said.texts).containsExactly("one");
        assertThat(model.prompts).hasSize(2);
    }

    @Test
    void should_not_try_again_after_an_item() {
        model.then(sink -> {
            sink.item(0, new ModelItem.Message(""), Optional.empty());
            sink.end(TRUNCATED);
        });
        call().send();

        assertThat(said.ends).containsExactly(TRUNCATED);
        assertThat(timers.pending()).isZero();
    }

    @ParameterizedTest
    @EnumSource(
            value = FailureKind.class,
            names = {"QUOTA", "AUTH", "CONTEXT_LENGTH", "INVALID_REQUEST", "UNKNOWN"})
    void should_never_repeat_what_cannot_help(FailureKind kind) {
        ModelFailure failure = ModelFailure.of(kind, "no");
        model.fails(failure);
        call().send();

        assertThat(said.ends).containsExactly(failure);
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_send_once_more_without_a_parameter_that_the_service_does_not_know() {
        ModelFailure refused = refused("include");
        model.fails(refused).says("ok");
        call().send();

        assertThat(said.learned).containsExactly("include");
        assertThat(model.prompts).extracting(Prompt::unsupported).containsExactly(Set.of(), Set.of("include"));
        assertThat(said.delays).isEmpty();
        assertThat(said.ends).containsExactly(FakeModel.complete());
    }

    @Test
    void should_not_count_a_refused_parameter_as_a_try() {
        model.fails(refused("include")).fails(refused("store"));
        for (int i = 0; i < 4; i++) {
            model.fails(FakeModel.BUSY);
        }
        call().send();
        passWaits(3);

        assertThat(said.learned).containsExactly("include", "store");
        assertThat(said.tries).containsExactly(1, 2, 3);
        assertThat(said.ends).containsExactly(FakeModel.BUSY);
        assertThat(model.prompts).hasSize(2 + RetryingModelCall.MOST_TRIES);
    }

    @Test
    void should_not_leave_out_the_same_parameter_twice() {
        model.fails(refused("include")).fails(refused("include")).says("never");
        call().send();

        assertThat(said.learned).containsExactly("include");
        assertThat(said.ends).containsExactly(refused("include"));
        assertThat(model.prompts).hasSize(2);
    }

    @Test
    void should_not_learn_from_a_refusal_after_the_first_output() {
        model.then(sink -> {
            sink.delta(new ModelSink.Delta(0, "text", "one", 1));
            sink.end(refused("include"));
        });
        call().send();

        assertThat(said.learned).isEmpty();
        assertThat(said.ends).hasSize(1);
    }

    @Test
    void should_end_a_wait_when_it_is_cancelled() {
        model.fails(FakeModel.BUSY).says("never");
        RetryingModelCall call = call();
        call.send();
        assertThat(timers.pending()).isEqualTo(1);
        call.cancel();
        assertThat(timers.pending()).isZero();
        timers.advance(Duration.ofMinutes(5));

        assertThat(model.prompts).hasSize(1);
        assertThat(said.ends).isEmpty();
    }

    @Test
    void should_close_the_connection_and_say_nothing_after_it_is_cancelled() {
        List<ModelSink> sinks = new ArrayList<>();
        model.then(sinks::add);
        RetryingModelCall call = call();
        call.send();
        call.cancel();
        sinks.get(0).delta(new ModelSink.Delta(0, "text", "late", 1));
        sinks.get(0).item(0, new ModelItem.Message("late"), Optional.empty());
        sinks.get(0).end(FakeModel.BUSY);
        call.send();

        assertThat(model.cancels).hasValue(1);
        assertThat(model.prompts).hasSize(1);
        assertThat(said.texts).isEmpty();
        assertThat(said.ends).isEmpty();
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_end_when_the_model_throws() {
        model.then(sink -> {
            throw new NoClassDefFoundError("okhttp3/Call");
        });

        call().send();

        assertThat(said.ends).singleElement().satisfies(end -> {
            assertThat(((ModelFailure) end).kind()).isEqualTo(FailureKind.UNKNOWN);
            assertThat(((ModelFailure) end).message())
                    .contains("NoClassDefFoundError")
                    .doesNotContain("okhttp3");
        });
    }

    @Test
    void should_not_send_on_the_thread_of_the_timer() {
        model.fails(FakeModel.BUSY).says("at last");
        List<Runnable> tasks = new ArrayList<>();
        new RetryingModelCall(model, Prompt.builder().model("m").build(), timers, new Random(1), tasks::add, said)
                .send();

        passWaits(1);
        assertThat(model.prompts).hasSize(1);
        tasks.forEach(Runnable::run);

        assertThat(model.prompts).hasSize(2);
        assertThat(said.texts).containsExactly("at last");
    }

    private static ModelFailure refused(String parameter) {
        return ModelFailure.of(FailureKind.INVALID_REQUEST, "unknown parameter " + parameter)
                .with(Optional.empty(), OptionalInt.of(400))
                .withUnsupportedParameter(Optional.of(parameter));
    }

    @Test
    void should_not_ask_a_model_over_a_wire_that_it_does_not_have() {
        model.wires("messages");
        call(Prompt.builder().model("m").wire("chat").build()).send();

        assertThat(model.prompts).isEmpty();
        assertThat(said.ends).singleElement().satisfies(end -> {
            ModelFailure failure = (ModelFailure) end;
            assertThat(failure.kind()).isEqualTo(FailureKind.INVALID_REQUEST);
            assertThat(failure.message()).contains("no wire 'chat'", "\"wire\": \"messages\"");
        });
        assertThat(timers.pending()).isZero();
    }

    @Test
    void should_ask_a_model_without_named_wires_whatever_the_wire_is() {
        model.says("ok");
        call(Prompt.builder().model("m").wire("chat").build()).send();

        assertThat(said.ends).containsExactly(FakeModel.complete());
    }

    private RetryingModelCall call() {
        return call(Prompt.builder().model("m").build());
    }

    private RetryingModelCall call(Prompt prompt) {
        return new RetryingModelCall(model, prompt, timers, new Random(1), Runnable::run, said);
    }

    private void passWaits(int count) {
        for (int i = 0; i < count; i++) {
            assertThat(timers.pending()).isEqualTo(1);
            timers.advance(timers.remaining().get(0));
        }
    }

    private static final class Recording implements RetryingModelCall.Sink {
        private final List<String> texts = new ArrayList<>();
        private final List<ModelResult> ends = new ArrayList<>();
        private final List<String> learned = new ArrayList<>();
        private final List<Integer> tries = new ArrayList<>();
        private final List<Duration> delays = new ArrayList<>();

        @Override
        public void delta(Delta delta) {
            texts.add(delta.text());
        }

        @Override
        public void item(int outputIndex, ModelItem item, Optional<JsonNode> opaque) {}

        @Override
        public void end(ModelResult result) {
            ends.add(result);
        }

        @Override
        public void learned(String parameter, ModelFailure failure) {
            learned.add(parameter);
        }

        @Override
        public void retrying(ModelFailure failure, int failedTries, Duration delay) {
            tries.add(failedTries);
            delays.add(delay);
        }
    }
}
