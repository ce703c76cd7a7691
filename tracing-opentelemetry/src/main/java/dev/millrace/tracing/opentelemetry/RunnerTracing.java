package dev.millrace.tracing.opentelemetry;

import dev.millrace.core.Event;
import dev.millrace.core.runner.EffectCall;
import dev.millrace.core.runner.RunnerIdentity;
import dev.millrace.core.runner.RunnerListener;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A listener that traces each call with effects as a span: each try of {@code afterAppend} and {@code onCaughtUp}, and
 * each background task. If a reducer throws, that is a span without duration. Calls of {@code reduce} are not traced;
 * payloads are never recorded.
 *
 * <p>A span has the name of the processor and of the call, like {@code chat reply}, and the attributes {@code
 * millrace.processor}, {@code millrace.version}, {@code millrace.path}, {@code millrace.offset}, {@code millrace.kind}
 * and {@code millrace.attempt}. Path and offset identify the causing event. A failed call has the status error and the
 * exception; a cancelled one has {@code millrace.cancelled} instead.
 *
 * <p>Safe for use by many threads; one instance may serve many runners.
 *
 * @since 0.1
 */
public final class RunnerTracing implements RunnerListener {
    private static final AttributeKey<String> PROCESSOR = AttributeKey.stringKey("millrace.processor");
    private static final AttributeKey<Long> VERSION = AttributeKey.longKey("millrace.version");
    private static final AttributeKey<String> PATH = AttributeKey.stringKey("millrace.path");
    private static final AttributeKey<Long> OFFSET = AttributeKey.longKey("millrace.offset");
    private static final AttributeKey<String> KIND = AttributeKey.stringKey("millrace.kind");
    private static final AttributeKey<Long> ATTEMPT = AttributeKey.longKey("millrace.attempt");
    private static final AttributeKey<Boolean> CANCELLED = AttributeKey.booleanKey("millrace.cancelled");

    private final Tracer tracer;
    private final Map<Long, Span> open = new ConcurrentHashMap<>();

    private RunnerTracing(Tracer tracer) {
        this.tracer = tracer;
    }

    /** A listener that creates its spans with {@code telemetry}. */
    public static RunnerTracing with(OpenTelemetry telemetry) {
        return new RunnerTracing(telemetry.getTracer("dev.millrace"));
    }

    @Override
    public void effectStarted(RunnerIdentity runner, EffectCall call) {
        Span span = span(runner, call.name(), call.offset())
                .setAttribute(KIND, call.kind().name())
                .setAttribute(ATTEMPT, (long) call.attempt())
                .startSpan();
        open.put(call.number(), span);
    }

    @Override
    public void effectFinished(RunnerIdentity runner, EffectCall call, Duration took) {
        Span span = open.remove(call.number());
        if (span != null) {
            span.end();
        }
    }

    @Override
    public void effectFailed(RunnerIdentity runner, EffectCall call, Duration took, Throwable failure) {
        Span span = open.remove(call.number());
        if (span == null) {
            return;
        }
        if (failure instanceof CancellationException) {
            span.setAttribute(CANCELLED, true);
        } else {
            fail(span, failure);
        }
        span.end();
    }

    @Override
    public void halted(RunnerIdentity runner, Event event, Throwable failure) {
        Span span = span(runner, "halted", event.offset()).startSpan();
        fail(span, failure);
        span.end();
    }

    private SpanBuilder span(RunnerIdentity runner, String name, long offset) {
        return tracer.spanBuilder(runner.processor() + " " + name)
                .setNoParent()
                .setAttribute(PROCESSOR, runner.processor())
                .setAttribute(VERSION, (long) runner.version())
                .setAttribute(PATH, runner.path().value())
                .setAttribute(OFFSET, offset);
    }

    private static void fail(Span span, Throwable failure) {
        span.recordException(failure);
        span.setStatus(StatusCode.ERROR, String.valueOf(failure.getMessage()));
    }
}
