package dev.millrace.processors.agent.tool;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Obligation;
import dev.millrace.core.processor.ObligationRunner;
import dev.millrace.processors.agent.tool.CallSlots.Slot;
import dev.millrace.processors.agent.tool.ProgressReports.Report;
import dev.millrace.processors.agent.tool.ToolEvent.CallCancelled;
import dev.millrace.processors.agent.tool.ToolEvent.CallCompleted;
import dev.millrace.processors.agent.tool.ToolEvent.CallFailed;
import dev.millrace.processors.agent.tool.ToolEvent.CallOutcomeUnknown;
import dev.millrace.processors.agent.tool.ToolEvent.CallProgressed;
import dev.millrace.processors.agent.tool.ToolEvent.CallRequested;
import dev.millrace.processors.agent.tool.ToolEvent.CallSkipped;
import dev.millrace.processors.agent.tool.ToolEvent.CallStarted;
import dev.millrace.processors.agent.tool.ToolEvent.OfCall;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One attempt of a host to run a call: waits for its turn, starts, looks whether another host was first, and runs. */
final class CallAttempt implements ObligationRunner.Attempt {
    /** What decides before a start whose call it is. */
    private static final Set<String> DECISIVE = Stream.of(
                    CallStarted.class,
                    CallCompleted.class,
                    CallFailed.class,
                    CallSkipped.class,
                    CallOutcomeUnknown.class,
                    CallCancelled.class)
            .map(EventCatalog::nameOf)
            .collect(Collectors.toUnmodifiableSet());

    private final ToolHost host;
    private final Obligation duty;
    private final StreamPath path;
    private final BackgroundTask<ToolHostState> task;
    private final CallRef ref;
    private final ToolOutcomes outcomes;
    private final AtomicInteger reports = new AtomicInteger();
    private volatile @Nullable CallRequested request;
    private volatile Instant requestedOn = Instant.EPOCH;
    private volatile @Nullable Tool<?> tool;
    private volatile @Nullable RunningCall running;

    CallAttempt(ToolHost host, Obligation duty, StreamPath path, BackgroundTask<ToolHostState> task) {
        this.host = host;
        this.duty = duty;
        this.path = path;
        this.task = task;
        this.ref = CallRef.parse(duty.id());
        this.outcomes = new ToolOutcomes(ref, host.name());
    }

    @Override
    public CompletionStage<Optional<Object>> start() {
        return task.read(exactly(duty.requestedAt())).thenCompose(this::start);
    }

    static ReadRange exactly(long offset) {
        return ReadRange.builder()
                .afterOffset(offset - 1)
                .beforeOffset(offset + 1)
                .build();
    }

    private CompletionStage<Optional<Object>> start(List<Event> events) {
        if (events.isEmpty() || !(events.get(0).payload() instanceof CallRequested requested)) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return host.tool(requested.name()).thenCompose(known -> start(events.get(0), requested, known));
    }

    private CompletionStage<Optional<Object>> start(Event event, CallRequested requested, Optional<Tool<?>> known) {
        if (known.isEmpty()) {
            String why = "the host '" + host.name() + "' does not have this tool any more";
            ToolEvent end = duty.inDoubt() ? outcomes.unknown(why) : outcomes.skipped(why);
            return task.append(EventDraft.of(end).named("gone/" + ref)).thenApply(appended -> Optional.empty());
        }
        request = requested;
        requestedOn = event.createdAt();
        tool = known.get();
        CompletableFuture<Optional<Slot>> turn =
                host.slots().take(requested.name(), known.get().mostParallel(), event);
        host.waiting().put(path, duty, turn);
        task.onCancel(() -> turn.complete(Optional.empty()));
        var unused = task.done().whenComplete((nothing, never) -> host.waiting().remove(path, duty, turn));
        return turn.thenApply(slot -> slot.flatMap(this::startOn));
    }

    private Optional<Object> startOn(Slot slot) {
        var unused = task.done().whenComplete((nothing, never) -> {
            RunningCall call = running;
            if (call == null) {
                slot.release();
            } else {
                var unusedToo = call.bodyEnded().thenRun(slot::release);
            }
        });
        boolean isLate = duty.expiresAt()
                .filter(end -> !host.timers().now().isBefore(end))
                .isPresent();
        if (isLate || !task.current().isOpen(duty.id())) {
            return Optional.empty();
        }
        String again = duty.inDoubt() ? "#" + (duty.starts() + 1) : "";
        CallStarted started = new CallStarted(ref.requestId(), ref.callId(), host.name());
        return Optional.of(EventInput.builder()
                .from(EventInput.of(started))
                .idempotencyKey("tool-call-started@" + path + ":" + ref.callId() + again)
                .build());
    }

    @Override
    public CompletionStage<Boolean> isOurs(Event started) {
        return isOurs(duty.requestedAt(), started.offset(), false);
    }

    /** Looks through the events between the request and this start. */
    private CompletionStage<Boolean> isOurs(long after, long before, boolean startedBefore) {
        ReadRange range = ReadRange.builder()
                .afterOffset(after)
                .beforeOffset(before)
                .types(DECISIVE)
                .build();
        return task.read(range).thenCompose(events -> {
            boolean isStarted = startedBefore;
            for (Event event : events) {
                if (!(event.payload() instanceof OfCall call) || !call.callId().equals(ref.callId())) {
                    continue;
                }
                boolean isOwnStart = call instanceof CallStarted start
                        && (isStarted || start.host().equals(host.name()));
                boolean isNothing = call instanceof CallSkipped && isStarted; // skipping is for what was not started
                if (!isOwnStart && !isNothing) {
                    return CompletableFuture.completedFuture(false);
                }
                isStarted |= isOwnStart;
            }
            return events.size() < Effects.PAGE
                    ? CompletableFuture.completedFuture(true)
                    : isOurs(events.get(events.size() - 1).offset(), before, isStarted);
        });
    }

    @Override
    public CompletionStage<?> work() {
        Tool<?> called = Objects.requireNonNull(tool, "start() was not called");
        if (duty.inDoubt() && called.offer().effectOrOnce() == SideEffect.ONCE) {
            return CompletableFuture.completedFuture(
                    outcomes.unknown("it was interrupted, and its tool must not run twice now"));
        }
        CallRequested asked = Objects.requireNonNull(request, "start() was not called");
        Tool.ToolRun body;
        try {
            body = called.bind(asked.arguments());
        } catch (Tool.BadArguments problems) {
            return CompletableFuture.completedFuture(outcomes.badArguments(problems));
        }
        return ApprovalGuard.allows(
                        host,
                        called,
                        asked,
                        duty.requestedAt(),
                        task,
                        () -> host.approvals().isNeeded(called, asked.arguments(), ref.callId(), path))
                .thenCompose(isAllowed -> isAllowed
                        ? run(called, body)
                        : CompletableFuture.completedFuture(outcomes.notApproved(called)));
    }

    private CompletionStage<ToolEvent> run(Tool<?> called, Tool.ToolRun body) {
        RunningCall call = new RunningCall(
                outcomes, path, idempotencyKey(), called, host.timers(), host.executor(), this::progress);
        running = call;
        host.running().put(path, duty, call);
        if (task.current().cancelled().contains(duty.id())) {
            call.cancel(); // it came after the start, and before this call was known
        }
        task.onCancel(call::stop);
        return call.begin(body).whenComplete((event, never) -> host.running().remove(path, duty, call));
    }

    /** A stream that was destroyed and created again can have the same call; not at the same time. */
    private String idempotencyKey() {
        return path + ":" + ref.callId() + "@" + duty.requestedAt() + "-" + requestedOn.toEpochMilli();
    }

    private void progress(Report report) {
        CallProgressed progressed = new CallProgressed(
                ref.requestId(),
                ref.callId(),
                Optional.of(host.name()),
                Optional.of(report.message()),
                report.fraction());
        String name = "progress/" + ref + "/" + (duty.starts() + 1) + "/" + reports.incrementAndGet();
        // If it cannot be stored, the call goes on without it.
        var unused = task.append(EventDraft.of(progressed).named(name));
    }
}
