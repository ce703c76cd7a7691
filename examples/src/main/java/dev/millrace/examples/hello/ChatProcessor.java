package dev.millrace.examples.hello;

import static dev.millrace.core.processor.Effects.because;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.examples.hello.ChatEvent.AssistantSaid;
import dev.millrace.examples.hello.ChatEvent.UserSaid;
import java.util.concurrent.CompletionStage;

// spotless:off - as short as in the README
// region processor
/** Answers every user message with the model's reply to the whole conversation. */
public record ChatProcessor(Llm llm) implements Processor<ChatState> {
    @Override public String slug() { return "chat"; }
    @Override public EventCatalog events() { return EventCatalog.of(ChatEvent.class); }
    @Override public ChatState initialState() { return ChatState.empty(); }

    @Override public ChatState reduce(ChatState state, Event event) {
        if (event.payload() instanceof UserSaid said) return state.userSaid(said.text(), event.offset());
        if (event.payload() instanceof AssistantSaid said) return state.assistantSaid(said.text());
        return state; // another event: the same instance
    }

    @Override public CompletionStage<Void> afterAppend(ChatState state, Event event, Effects<ChatState> effects) { return decide(state, effects); }
    @Override public CompletionStage<Void> onCaughtUp(ChatState state, Effects<ChatState> effects) { return decide(state, effects); }

    // region decide
    /**
     * Decides from the state, not from the single event: if the last user message has no answer yet, call the model. After
     * a hundred missed messages this is still one call.
     */
    private CompletionStage<Void> decide(ChatState state, Effects<ChatState> effects) {
        if (state.owesReply() && effects.delivery().behind() == 0)
            effects.launch("reply", because(state.lastUserOffset()), reply ->
                    llm.complete(state.history()).thenCompose(text -> reply.append(new AssistantSaid(text))));
        return Effects.none();
    }
    // endregion
}
// endregion
// spotless:on
