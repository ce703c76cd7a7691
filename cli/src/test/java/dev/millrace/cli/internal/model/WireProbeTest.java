package dev.millrace.cli.internal.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.model.FailureKind;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.ModelFailure;
import dev.millrace.processors.agent.model.ModelResult;
import dev.millrace.processors.agent.model.ModelSink;
import dev.millrace.processors.agent.model.Prompt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A probe of a wire, with models that answer as told. */
@Timeout(60)
class WireProbeTest {
    private static final ModelResult YES =
            new ModelResult.Response(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    private final List<Prompt> prompts = new ArrayList<>();
    private final AtomicInteger cancelled = new AtomicInteger();

    @Test
    void should_take_an_answer_that_does_not_end_in_time() throws InterruptedException {
        WireReport report =
                probe(Duration.ofMillis(50), (prompt, sink) -> sink.delta(new ModelSink.Delta(0, "text", "y", 1)));

        assertThat(report.works()).isTrue();
        assertThat(report.line()).startsWith("chat       works; the answer had not ended after ");
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void should_hang_up_if_nothing_comes_in_time() throws InterruptedException {
        WireReport report = probe(Duration.ofMillis(50), (prompt, sink) -> {});

        assertThat(report.works()).isFalse();
        assertThat(report.line()).startsWith("chat       does not work: no answer within ");
        assertThat(prompts).hasSize(1);
        assertThat(cancelled).hasValue(1);
    }

    @Test
    void should_name_all_settings_that_are_refused_without_their_names() throws InterruptedException {
        WireReport report = probe(
                Duration.ofSeconds(30),
                (prompt, sink) -> sink.end(
                        prompt.instructions().isPresent() || prompt.parts().size() > 1 ? refusal("no", 400) : YES));

        assertThat(report.refused()).containsExactly("instructions", "notes between messages");
        assertThat(report.works()).isTrue();
        assertThat(report.message()).isEmpty();
    }

    @Test
    void should_say_which_settings_it_does_not_know() throws InterruptedException {
        WireReport report = probe(
                Duration.ofSeconds(30),
                (prompt, sink) -> sink.end(
                        prompt.tools().isEmpty()
                                ? YES
                                : refusal("later", prompt.instructions().isPresent() ? 500 : 429)));

        assertThat(report.line()).isEqualTo("chat       works; not known: tools");
    }

    @Test
    void should_send_no_parameter_twice_that_is_refused() throws InterruptedException {
        WireReport report = probe(
                Duration.ofSeconds(30),
                (prompt, sink) -> sink.end(refusal("no x", 400).withUnsupportedParameter(Optional.of("x"))));

        assertThat(report.line()).isEqualTo("chat       does not work; refuses x: no x");
        assertThat(prompts).extracting(prompt -> prompt.unsupported().size()).containsExactly(0, 1, 1);
    }

    @Test
    void should_not_ask_again_if_the_account_is_the_reason() throws InterruptedException {
        ModelFailure quota = ModelFailure.of(FailureKind.QUOTA, "pay").with(Optional.empty(), OptionalInt.of(400));

        assertThat(probe(Duration.ofSeconds(30), (prompt, sink) -> sink.end(quota))
                        .works())
                .isFalse();
        assertThat(prompts).hasSize(1);
    }

    private static ModelFailure refusal(String message, int status) {
        FailureKind kind = status == 429 ? FailureKind.RATE_LIMIT : FailureKind.INVALID_REQUEST;
        return ModelFailure.of(kind, message).with(Optional.empty(), OptionalInt.of(status));
    }

    private WireReport probe(Duration limit, BiConsumer<Prompt, ModelSink> answer) throws InterruptedException {
        Model model = new Model() {
            @Override
            public String provider() {
                return "fake";
            }

            @Override
            public String baseUrl() {
                return "http://model/v1";
            }

            @Override
            public String defaultModel() {
                return "m";
            }

            @Override
            public Runnable send(Prompt prompt, ModelSink sink) {
                prompts.add(prompt);
                answer.accept(prompt, sink);
                return cancelled::incrementAndGet;
            }
        };
        return new WireProbe(model, "m", "chat", limit, Timers.system()).run();
    }
}
