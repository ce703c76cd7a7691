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
 * Answers what users say with a language model, and tells its stream everything about it ({@link AgentEvent}).
 *
 * <ul>
 *   <li>It looks at what is owed and not at what just happened: a hundred inputs that came while it was away are one
 *       request, and an input that was answered, or whose answer failed, is never sent again.
 *   <li>A newer user input interrupts the request that is under way; the model then reads how far it had got.
 *   <li>A request that died with its process is recorded as lost and made again, at most five times for one input.
 *   <li>Failures that may pass are tried again before the first output, nothing after it; the end is one event.
 * </ul>
 *
 * <p>An instance may serve many streams. Safe for use by many threads. Two processes that run it on one stream without a
 * lease take each other's requests for lost when they start.
 */
public final class OpenAiAgent implements Processor<AgentState> {
    /** The slug, and the provider's name. */
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

    /** An agent to be configured. */
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
            // The running attempt's request was stopped by somebody else: nothing is owed for its input any more.
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

    /** The one decision. What it appends comes back as an event, and then it is made again. */
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
                        "gave up after " + open.attempt() + " requests for this input, each lost with its process",
                        Optional.empty(),
                        true);
        return Effects.done(effects.append(EventDraft.of(event).because(open.id())));
    }

    /** The attempt: starts a request in the log, and if it was this attempt that started it, asks the model. */
    private CompletionStage<?> reply(BackgroundTask<AgentState> attempt) {
        AgentState state = attempt.current();
        boolean stillOwed =
                state.owesReply() && state.owed() == attempt.because().offset();
        if (!stillOwed || state.open().isPresent()) {
            return Effects.none(); // this launch came from a state that is older than the log
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

    /** Names the model's address, and never the key. */
    @Override
    public String toString() {
        return SLUG + " (" + client + ")";
    }

    /** Configures an agent. Not safe for use by many threads. */
    public static final class Builder {
        private String baseUrl = ModelSettings.PUBLIC_BASE_URL;
        private String apiKey = "";
        private LlmConfigUpdated config = LlmConfigUpdated.none();
        private Optional<String> systemPrompt = Optional.empty();
        private Timers timers = Timers.system();
        private RandomGenerator random = RandomGenerator.getDefault();

        private Builder() {}

        /** Where the model is; {@code /responses} is added to it. The public API by default. */
        public Builder baseUrl(String url) {
            baseUrl = url;
            return this;
        }

        /** The key for it; none by default, which servers at home accept. */
        public Builder apiKey(String key) {
            apiKey = key;
            return this;
        }

        /** The model where the log names none; {@code gpt-5-mini} by default. */
        public Builder model(String model) {
            config = config.with(LlmConfigUpdated.model(model));
            return this;
        }

        /** How to ask where the log says nothing; what is absent stays as it was. */
        public Builder config(LlmConfigUpdated defaults) {
            config = config.with(defaults);
            return this;
        }

        /** The instructions where the log gives none; none by default. */
        public Builder systemPrompt(String text) {
            systemPrompt = Optional.of(text);
            return this;
        }

        /** Clock and timers, for chunks and retries; the system's by default. */
        public Builder timers(Timers newTimers) {
            timers = newTimers;
            return this;
        }

        /** Randomness of retry delays and launch names. */
        public Builder random(RandomGenerator newRandom) {
            random = newRandom;
            return this;
        }

        /**
         * The agent.
         *
         * @throws IllegalArgumentException when the base URL is not an HTTP URL or the key cannot be one; the message
         *     does not show the key
         */
        public OpenAiAgent build() {
            ResponsesClient client = new ResponsesClient(
                    ModelSettings.parse(baseUrl), new ApiKey(apiKey), timers, ModelHttpClient.shared());
            return new OpenAiAgent(client, new PromptBuilder(systemPrompt, config), timers, random);
        }
    }
}
