package dev.millrace.processors.agent;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.StreamEvent;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Delivery;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.agent.AgentDecision.Command;
import dev.millrace.processors.agent.AgentDecision.Interrupt;
import dev.millrace.processors.agent.AgentDecision.LookAgain;
import dev.millrace.processors.agent.AgentDecision.Schedule;
import dev.millrace.processors.agent.AgentDecision.Situation;
import dev.millrace.processors.agent.AgentDecision.Start;
import dev.millrace.processors.agent.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.agent.AgentEvent.RequestCancelled;
import dev.millrace.processors.agent.AgentEvent.RequestLost;
import dev.millrace.processors.agent.AgentEvent.RequestStarted;
import dev.millrace.processors.agent.AgentState.OpenRequest;
import dev.millrace.processors.agent.internal.ServiceClock;
import dev.millrace.processors.agent.model.Model;
import dev.millrace.processors.agent.model.Origin;
import dev.millrace.processors.agent.model.Prompt;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/**
 * A processor that answers user messages with a language model and records the answer as events ({@link AgentEvent}).
 *
 * <ul>
 *   <li>It decides from its state, not from a single event: a hundred inputs that arrived while it was not running
 *       make one request. An input that was answered, or whose answer failed, is not sent again, unless {@link
 *       AgentEvent.RetryRequested} asks for it.
 *   <li>A newer user input interrupts the open request; the model then reads its own partial answer.
 *   <li>If the process ends during a request, the request is recorded as lost and sent again, at most five times for
 *       one input.
 *   <li>Calls of tools that hosts offer ({@link dev.millrace.processors.agent.tool.ToolEvent}) are requested, with an
 *       approval where the offer wants one; when all calls of a response have ended, the model reads their results.
 *   <li>Temporary failures are retried before the first output, but not after it. Each request ends with one event.
 * </ul>
 *
 * <p>It runs under a lease by default, so several processes may run it on one stream or subtree: one acts, the others
 * stand by. Without a lease, a request that is silent for 150 seconds counts as lost. One instance can serve many
 * streams. Thread-safe.
 *
 * @since 0.1
 */
public final class AgentProcessor implements Processor<AgentState> {
    /** The slug, and the name of the provider. */
    public static final String SLUG = "agent";

    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final String EFFECT_FAILED = EventCatalog.nameOf(StreamEvent.EffectFailed.class);
    private static final String REPLY = "reply";
    private static final String WATCH = "watch";

    private final Model model;
    private final PromptDefaults defaults;
    private final Timers timers;
    private final RandomGenerator random;
    private final Executor executor;
    private final Set<String> toolHosts;
    private final ServiceClock.OfStreams clocks = new ServiceClock.OfStreams();
    private final DecisionRetry retry;

    private AgentProcessor(Builder builder) {
        this.model = builder.model;
        this.defaults = new PromptDefaults(builder.systemPrompt, builder.config);
        this.timers = builder.timers;
        this.random = builder.random;
        this.executor = builder.executor;
        this.toolHosts = builder.toolHosts;
        this.retry = new DecisionRetry(builder.random, this::decideAgain);
    }

    /** An agent with defaults. */
    public static AgentProcessor of(Model model) {
        return builder(model).build();
    }

    /** A builder of an agent that asks this model. */
    public static Builder builder(Model model) {
        return new Builder(model);
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public int version() {
        return 2;
    }

    @Override
    public Optional<Duration> lease() {
        return Optional.of(LEASE);
    }

    @Override
    public EventCatalog events() {
        return AgentEvent.catalog();
    }

    @Override
    public AgentState initialState() {
        return AgentState.empty();
    }

    @Override
    public AgentState reduce(AgentState state, Event event) {
        return AgentReducer.reduce(state, event);
    }

    @Override
    public CompletionStage<Void> afterAppend(AgentState state, Event event, Effects<AgentState> effects) {
        Delivery delivery = effects.delivery();
        boolean isLive = !delivery.catchingUp() && delivery.behind() == 0 && delivery.attempt() == 1;
        clocks.of(effects.path()).arrived(event.createdAt(), isLive, effects.now(), timers.elapsed());
        if (event.payload() instanceof RequestCancelled) {
            // Another caller stopped the request of the running task, so its input needs no reply.
            effects.running(REPLY)
                    .filter(attempt -> attempt.because().offset() <= state.answered())
                    .ifPresent(BackgroundTask::cancel);
        }
        if (event.payload() instanceof RequestLost lost
                && isForeign(event)
                && lost.requestId() == effects.current().closedThrough()
                && effects.current().open().isEmpty()) {
            // A caller says that the request of the running task is lost; the next decision makes another one.
            effects.running(REPLY).ifPresent(BackgroundTask::cancel);
        }
        boolean neverOpened = event.payload() instanceof RequestStarted && !isOpen(state, event.offset());
        boolean takenOver = event.payload() instanceof RequestStarted
                && isForeign(event)
                && isOpen(effects.current(), event.offset());
        if (takenOver) {
            // A caller appended this start. It ends the request of the running task, and no process sends the new one.
            effects.running(REPLY).ifPresent(BackgroundTask::cancel);
        }
        boolean failedHere = event.type().equals(EFFECT_FAILED);
        CompletionStage<Void> tidied = neverOpened
                ? superseded(effects, event.offset()).whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        retry.schedule(effects, 1);
                    }
                })
                : Effects.none();
        return tidied.thenCompose(nothing -> decide(state, effects, false, takenOver || failedHere));
    }

    private static boolean isOpen(AgentState state, long requestId) {
        return state.open().filter(open -> open.id() == requestId).isPresent();
    }

    private static boolean isForeign(Event event) {
        return event.provenance().filter(from -> from.processor().equals(SLUG)).isEmpty();
    }

    @Override
    public CompletionStage<Void> onCaughtUp(AgentState state, Effects<AgentState> effects) {
        clocks.of(effects.path()).arrived(newestTime(state), false, effects.now(), timers.elapsed());
        return decide(state, effects, true, true);
    }

    /** The newest time of an event that a state knows. */
    private static Instant newestTime(AgentState state) {
        return state.calls().open().values().stream()
                .map(OpenCall::since)
                .filter(state.owedSince()::isBefore)
                .max(Instant::compareTo)
                .orElse(state.owedSince());
    }

    /**
     * Decides what to do next from the state. Called after each event, also after events that it appended itself.
     *
     * @param isOrphaned whether an open request that does not run in this process does not run anywhere, if this
     *     process holds the lease
     */
    private CompletionStage<Void> decide(
            AgentState state, Effects<AgentState> effects, boolean caughtUp, boolean isOrphaned) {
        boolean isBehind = !caughtUp && effects.delivery().behind() > 0;
        boolean runs = effects.running(REPLY).isPresent();
        boolean ownsAll = isOrphaned && effects.lease().isPresent();
        Situation here = new Situation(isBehind, runs, ownsAll, awaitsTools(state), isExternal(state));
        List<Command> commands =
                AgentDecision.next(state, clocks.of(effects.path()).at(effects.now()), here);
        if (commands.stream().noneMatch(LookAgain.class::isInstance)) {
            effects.running(WATCH).ifPresent(BackgroundTask::cancel);
        }
        return all(commands.stream().map(command -> execute(command, state, effects, 0)))
                .whenComplete((nothing, failure) -> {
                    if (failure != null) {
                        retry.schedule(effects, 1);
                    }
                });
    }

    private CompletionStage<Void> decideAgain(Effects<AgentState> effects, int failures) {
        AgentState state = effects.current();
        // A request that does not run here may have ended a moment ago; only its silence shows that it is lost.
        boolean runs = effects.running(REPLY).isPresent();
        Situation here = new Situation(false, runs, false, awaitsTools(state), isExternal(state));
        List<Command> commands =
                AgentDecision.next(state, clocks.of(effects.path()).at(effects.now()), here);
        return all(commands.stream().map(command -> execute(command, state, effects, failures)));
    }

    private boolean isExternal(AgentState state) {
        return defaults.isExternal(state, model);
    }

    private boolean awaitsTools(AgentState state) {
        return !state.tools().hosts().keySet().containsAll(toolHosts);
    }

    /** @param failures how often it was tried before, without success */
    private CompletionStage<Void> execute(
            Command command, AgentState state, Effects<AgentState> effects, int failures) {
        if (command instanceof Start start) {
            launch(start, effects, failures);
            return Effects.none();
        }
        if (command instanceof LookAgain look) {
            Instant due = clocks.of(effects.path()).local(look.due());
            effects.at(due, WATCH, Effects.because(look.newest()), task -> watch(task, look.due(), effects));
            return Effects.none();
        }
        if (command instanceof Interrupt interrupt) {
            effects.running(REPLY)
                    .filter(attempt -> attempt.because().offset() < interrupt.byOffset())
                    .ifPresent(BackgroundTask::cancel);
        }
        return draft(command, state, effects::read, clocks.of(effects.path()).at(effects.now()))
                .thenCompose(draft -> Effects.done(effects.append(draft)));
    }

    /** The event of a command; reads what it needs from the log. */
    private CompletableFuture<EventDraft> draft(
            Command command, AgentState state, PromptReader.Pages pages, Instant now) {
        return command instanceof Schedule schedule
                ? new PromptReader(pages)
                        .scheduled(state, defaults, model)
                        .thenApply(request -> EventDraft.of(request)
                                .named("attempt-" + request.attempt())
                                .because(schedule.owed()))
                : CommandDrafts.of(command, new CallRequester(pages, state.tools(), now));
    }

    private void launch(Start start, Effects<AgentState> effects, int failures) {
        effects.launch(
                REPLY,
                Effects.because(start.owed()),
                task -> reply(task).handle((done, failure) -> retry.end(task, failure, effects, failures)));
    }

    /**
     * Does what is due because nothing happened: without a lease, only a long silence shows that the request of another
     * process is lost; calls and approvals have a latest time; a host may not have offered its tools.
     */
    private CompletionStage<?> watch(BackgroundTask<AgentState> task, Instant due, Effects<AgentState> effects) {
        Instant service = clocks.of(effects.path()).at(effects.now());
        Instant now = service.isBefore(due) ? due : service;
        AgentState state = effects.current();
        Situation here = new Situation(false, false, false, false, isExternal(state));
        return all(AgentDecision.next(state, now, here).stream().map(command -> {
                    if (command instanceof Start start) {
                        launch(start, effects, 0);
                    }
                    return command instanceof Start || command instanceof LookAgain || command instanceof Interrupt
                            ? Effects.none()
                            : draft(command, state, task::read, now)
                                    .thenCompose(draft -> Effects.done(task.append(draft)));
                }))
                .handle((nothing, failure) -> retry.end(task, failure, effects, 0));
    }

    private static CompletionStage<Void> all(Stream<CompletionStage<Void>> stages) {
        return CompletableFuture.allOf(
                stages.map(CompletionStage::toCompletableFuture).toArray(CompletableFuture<?>[]::new));
    }

    private static CompletionStage<Void> superseded(Effects<AgentState> effects, long requestId) {
        return Effects.done(effects.append(
                CommandDrafts.ofRequest(requestId, new RequestCancelled(requestId, "superseded", Optional.empty()))));
    }

    /** The background task: appends the start of a request; if no other launch did so first, sends it to the model. */
    private CompletionStage<?> reply(BackgroundTask<AgentState> task) {
        AgentState state = task.current();
        boolean isUnanswered =
                state.owesReply() && state.owed() == task.because().offset();
        if (!isUnanswered || state.open().isPresent()) {
            return Effects.none(); // the state of this launch is out of date
        }
        int number = state.attempts() + 1;
        String launch = Long.toHexString(random.nextLong());
        RequestStarted started = started(state, number, launch);
        return task.append(EventDraft.of(started).named("attempt-" + number)).thenCompose(appended -> {
            boolean ours =
                    appended.event().payloadJson().path("launch").asText().equals(launch);
            if (task.isCancelled()) {
                return Effects.none();
            }
            if (!ours) {
                // Under a lease no other process sends it, so a run that has ended appended this start.
                long id = appended.offset();
                return task.lease().isPresent()
                        ? Effects.done(task.append(CommandDrafts.ofRequest(id, new RequestLost(id, Optional.empty()))))
                        : Effects.none();
            }
            Event event = appended.event().decodedBy(events());
            AgentState opened = AgentReducer.reduce(state, event);
            return opened.open()
                    .filter(open -> open.id() == event.offset())
                    .map(open ->
                            new RunningRequest(task, open, opened, model, defaults, timers, random, executor).send())
                    .orElseGet(Effects::none);
        });
    }

    /**
     * The prompt of the open request; if none is open, the prompt of a request that would start now. Nothing is sent.
     * If no input waits for an answer, no request would start; the prompt then ends with the newest answer.
     *
     * @param log the events of the agent's stream from its first one, in order
     */
    public Prompt prompt(List<Event> log) {
        List<Event> events = new ArrayList<>();
        AgentState state = AgentState.empty();
        for (Event event : log) {
            Event decoded = event.decodedBy(events());
            events.add(decoded);
            state = AgentReducer.reduce(state, decoded);
        }
        if (state.open().isEmpty()) {
            long offset = events.isEmpty() ? 1 : events.get(events.size() - 1).offset() + 1;
            RequestStarted start = started(state, state.attempts() + 1, "preview");
            Event event = Event.builder()
                    .path(StreamPath.root())
                    .offset(offset)
                    .type(EventCatalog.nameOf(RequestStarted.class))
                    .payloadJson(JsonCodec.toTree(start))
                    .payload(start)
                    .createdAt(Instant.EPOCH)
                    .build();
            events.add(event);
            state = AgentReducer.reduce(state, event);
        }
        OpenRequest open = state.open().orElse(null);
        long through = open == null ? state.inputThrough() : open.inputThrough();
        List<Event> before = open == null
                ? events
                : events.stream().filter(event -> event.offset() <= open.id()).toList();
        Origin origin = open == null ? defaults.origin(state, model) : open.origin();
        return defaults.prompt(Transcript.upTo(before, through), origin, state, model);
    }

    private RequestStarted started(AgentState state, int attempt, String launch) {
        Origin origin = defaults.origin(state, model);
        return new RequestStarted(
                state.inputThrough(),
                origin.model(),
                attempt,
                launch,
                Optional.of(origin.provider()),
                origin.baseUrl(),
                origin.wire());
    }

    /** Contains the address of the model, but not the key. */
    @Override
    public String toString() {
        return SLUG + " (" + model + ")";
    }

    /** A builder of an agent. Not thread-safe. */
    public static final class Builder {
        private final Model model;
        private LlmConfigUpdated config = LlmConfigUpdated.none();
        private Optional<String> systemPrompt = Optional.empty();
        private Timers timers = Timers.system();
        private RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        private Executor executor = ProcessorRunner.sharedThreads();
        private Set<String> toolHosts = Set.of();

        private Builder(Model model) {
            this.model = model;
        }

        /** Defaults for values that the log does not set; absent values keep their previous setting. */
        public Builder config(LlmConfigUpdated defaults) {
            config = config.with(defaults);
            return this;
        }

        /** The system prompt if the log has none; none by default. */
        public Builder systemPrompt(String text) {
            systemPrompt = Optional.of(text);
            return this;
        }

        /** Clock and timers, for chunks and retries; those of the system by default. */
        public Builder timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /** Random numbers for retry delays and launch names; safe for use by many threads. */
        public Builder random(RandomGenerator newRandom) {
            random = newRandom;
            return this;
        }

        /** Threads that append collected chunks, which may block; the shared threads of runners by default. */
        public Builder executor(Executor newExecutor) {
            executor = newExecutor;
            return this;
        }

        /**
         * Hosts whose tools the model must know. Before its first request on a stream, the agent waits until each of
         * them has offered its tools, but at most twelve seconds; none by default.
         *
         * @param names the names of the hosts
         */
        public Builder toolHosts(Set<String> names) {
            toolHosts = Set.copyOf(names);
            return this;
        }

        /** Builds the agent. */
        public AgentProcessor build() {
            return new AgentProcessor(this);
        }
    }
}
