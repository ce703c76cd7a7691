package dev.millrace.tracing.opentelemetry;

import static dev.millrace.core.processor.Effects.because;
import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RunnerTracingTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final StreamPath PATH = StreamPath.of("/agents/1");

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());
    private final InMemorySpanExporter spans = InMemorySpanExporter.create();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(spans))
            .build();
    private final OpenTelemetrySdk telemetry =
            OpenTelemetrySdk.builder().setTracerProvider(provider).build();

    @AfterEach
    void stop() {
        engine.close();
        provider.close();
    }

    /** Launches work for each event: the type {@code fail} fails, {@code wait} never ends, all others succeed. */
    private static final class Worker implements Processor<Long> {
        @Override
        public String slug() {
            return "worker";
        }

        @Override
        public Long initialState() {
            return 0L;
        }

        @Override
        public Long reduce(Long state, Event event) {
            return state + 1;
        }

        @Override
        public CompletionStage<Void> afterAppend(Long state, Event event, Effects<Long> effects) {
            effects.launch("work", because(event.offset()), attempt -> switch (event.type()) {
                case "fail" -> CompletableFuture.failedFuture(new IllegalStateException("no luck"));
                case "wait" -> new CompletableFuture<Void>();
                default -> Effects.none();
            });
            return Effects.none();
        }
    }

    private SpanData traced(String type) {
        ProcessorRunner<Long> runner = ProcessorRunner.builder(streams, new Worker()).stream(PATH)
                .listener(RunnerTracing.with(telemetry))
                .start();
        runner.awaitIdle(LIMIT);
        long offset = streams.append(PATH, EventInput.ofType(type))
                .orTimeout(30, TimeUnit.SECONDS)
                .join()
                .offset();
        runner.awaitProcessed(offset, LIMIT);
        if (!type.equals("wait")) {
            Awaitility.await()
                    .atMost(LIMIT)
                    .until(() -> spans.getFinishedSpanItems().stream()
                            .anyMatch(span -> span.getName().equals("worker work")));
        }
        runner.close();
        Awaitility.await()
                .atMost(LIMIT)
                .until(() -> spans.getFinishedSpanItems().stream()
                        .anyMatch(span -> span.getName().equals("worker work")));
        return spans.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals("worker work"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void should_make_a_span_with_the_causing_event_for_each_call() {
        SpanData span = traced("do");

        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.UNSET);
        assertThat(span.getAttributes().get(AttributeKey.stringKey("millrace.path")))
                .isEqualTo("/agents/1");
        assertThat(span.getAttributes().get(AttributeKey.longKey("millrace.offset")))
                .isEqualTo(2);
        assertThat(span.getAttributes().get(AttributeKey.stringKey("millrace.kind")))
                .isEqualTo("BACKGROUND_TASK");
        assertThat(spans.getFinishedSpanItems())
                .extracting(SpanData::getName)
                .contains("worker on-caught-up", "worker do", "worker work");
    }

    @Test
    void should_mark_the_span_of_a_call_that_failed() {
        SpanData span = traced("fail");

        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(span.getStatus().getDescription()).isEqualTo("no luck");
        assertThat(span.getEvents()).isNotEmpty();
    }
}
