package dev.millrace.processors.openai;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.BackgroundTask;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.EventDraft;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.Timers;
import dev.millrace.processors.openai.AgentEvent.LlmConfigUpdated;
import dev.millrace.processors.openai.AgentEvent.RequestCancelled;
import dev.millrace.processors.openai.AgentEvent.RequestFailed;
import dev.millrace.processors.openai.AgentEvent.RequestLost;
import dev.millrace.processors.openai.AgentEvent.RequestStarted;
import dev.millrace.processors.openai.AgentState.OpenRequest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.random.RandomGenerator;

/**
 * A processor that answers user messages with a language model and records the answer as events ({@link AgentEvent}).
 *
 * <ul>
 *   <li>It decides from its state, not from a single event: a hundred inputs that arrived while it was not running
 *       make one request. An input that was answered, or whose answer failed, is never sent again.
 *   <li>A newer user input interrupts the open request; the model then reads its own partial answer.
 *   <li>If the process ends during a request, the request is recorded as lost and sent again, at most five times for
 *       one input.
 *   <li>Temporary failures are retried before the first output, but not after it. Each request ends with one event.
 * </ul>
 *
 * <p>One instance can serve many streams. Thread-safe. If two processes run it on one stream without a lease, each one
 * records requests of the other as lost when it starts.
 *
 * @since 0.1
 */
public final class OpenAiAgent implements Processor<AgentState> {
    /** The slug, and the name of the provider. */
    public static final String SLUG = "openai-agent";

    private static final String REPLY = "reply";
    private static final int MOST_ATTEMPTS = 5;

    private final ResponsesClient client;
    private final PromptBuilder prompt;
    private final Timers timers;
    private final RandomGenerator random;

    private OpenAiAgent(ResponsesClient client, PromptBuilder prompt, Timers timers, RandomGenerator random) {
        this.client = client;
        this.prompt = prompt;
        this.timers = timers;
        this.random = random;
    }

    /** A builder of an agent. */
    public static Builder builder() {
        return new Builder();
    }

    @Override
    public String slug() {
        return SLUG;
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(AgentEvent.class);
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
        if (event.payload() instanceof RequestCancelled) {
            // Another caller stopped the request of the running task, so its input needs no reply.
            effects.running(REPLY)
                    .filter(attempt -> attempt.because().offset() <= state.answered())
                    .ifPresent(BackgroundTask::cancel);
        }
        boolean neverOpened = event.payload() instanceof RequestStarted
                && state.open().filter(open -> open.id() == event.offset()).isEmpty();
        CompletionStage<Void> tidied =
                neverOpened ? cancelled(effects, event.offset(), "superseded", Optional.empty()) : Effects.none();
        return tidied.thenCompose(nothing -> decide(state, effects, false));
    }

    @Override
    public CompletionStage<Void> onCaughtUp(AgentState state, Effects<AgentState> effects) {
        return decide(state, effects, true);
    }

    /** Decides what to do next from the state. Called after each event, also after events that it appended itself. */
    private CompletionStage<Void> decide(AgentState state, Effects<AgentState> effects, boolean caughtUp) {
        if (!state.owesReply()) {
            return Effects.none();
        }
        Optional<BackgroundTask<AgentState>> running = effects.running(REPLY);
        if (state.open().isEmpty()) {
            if (effects.delivery().behind() == 0) {
                effects.launch(REPLY, Effects.because(state.owed()), this::reply);
            }
            return Effects.none();
        }
        OpenRequest open = state.open().get();
        if (open.inputThrough() < state.owed()) {
            running.filter(attempt -> attempt.because().offset() < state.owed()).ifPresent(BackgroundTask::cancel);
            return cancelled(effects, open.id(), "interrupted", Optional.of(state.owed()));
        }
        return caughtUp && running.isEmpty() ? lost(effects, open) : Effects.none();
    }

    private static CompletionStage<Void> cancelled(
            Effects<AgentState> effects, long requestId, String reason, Optional<Long> byOffset) {
        RequestCancelled event = new RequestCancelled(requestId, reason, byOffset);
        return Effects.done(effects.append(EventDraft.of(event).because(requestId)));
    }

    private static CompletionStage<Void> lost(Effects<AgentState> effects, OpenRequest open) {
        AgentEvent event = open.attempt() < MOST_ATTEMPTS
                ? new RequestLost(open.id())
                : new RequestFailed(
                        open.id(),
                        FailureKind.RETRIES_EXHAUSTED.wireName(),
                        Optional.empty(),
                        Optional.empty(),
                        "stopped after " + open.attempt()
                                + " requests for this input; each was lost when its process ended",
                        Optional.empty(),
                        true);
        return Effects.done(effects.append(EventDraft.of(event).because(open.id())));
    }

    /** The background task: appends the start of a request; if no other launch did so first, sends it to the model. */
    private CompletionStage<?> reply(BackgroundTask<AgentState> attempt) {
        AgentState state = attempt.current();
        boolean isUnanswered =
                state.owesReply() && state.owed() == attempt.because().offset();
        if (!isUnanswered || state.open().isPresent()) {
            return Effects.none(); // the state of this launch is out of date
        }
        int number = state.attempts() + 1;
        String launch = Long.toHexString(random.nextLong());
        RequestStarted started = new RequestStarted(state.inputThrough(), prompt.model(state), number, launch);
        return attempt.append(EventDraft.of(started).named("attempt-" + number)).thenCompose(appended -> {
            boolean ours =
                    appended.event().payloadJson().path("launch").asText().equals(launch);
            if (!ours || attempt.isCancelled()) {
                return CompletableFuture.<Void>completedFuture(null);
            }
            long requestId = appended.offset();
            return new RunningRequest(
                            attempt,
                            requestId,
                            () -> attempt.current().closedThrough() >= requestId,
                            client,
                            prompt.body(state),
                            timers,
                            random)
                    .send();
        });
    }

    /** Contains the address of the model, but not the key. */
    @Override
    public String toString() {
        return SLUG + " (" + client + ")";
    }

    /** A builder of an agent. Not thread-safe. */
    public static final class Builder {
        private String baseUrl = ModelSettings.PUBLIC_BASE_URL;
        private String apiKey = "";
        private LlmConfigUpdated config = LlmConfigUpdated.none();
        private Optional<String> systemPrompt = Optional.empty();
        private Timers timers = Timers.system();
        private RandomGenerator random = RandomGenerator.getDefault();

        private Builder() {}

        /** The base URL, to which {@code /responses} is appended; by default that of the public API. */
        public Builder baseUrl(String url) {
            baseUrl = url;
            return this;
        }

        /** The API key; none by default, which many local servers accept. */
        public Builder apiKey(String key) {
            apiKey = key;
            return this;
        }

        /** The model if the log names none; {@code gpt-5-mini} by default. */
        public Builder model(String model) {
            config = config.with(LlmConfigUpdated.model(model));
            return this;
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

        /** Random numbers for retry delays and launch names. */
        public Builder random(RandomGenerator newRandom) {
            random = newRandom;
            return this;
        }

        /**
         * Builds the agent.
         *
         * @throws IllegalArgumentException if the base URL is no HTTP URL or the key has invalid characters; the
         *     message does not contain the key
         */
        public OpenAiAgent build() {
            ResponsesClient client = new ResponsesClient(
                    ModelSettings.parse(baseUrl), new ApiKey(apiKey), timers, ModelHttpClient.shared());
            return new OpenAiAgent(client, new PromptBuilder(systemPrompt, config), timers, random);
        }
    }
}
