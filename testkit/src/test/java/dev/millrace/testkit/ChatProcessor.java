package dev.millrace.testkit;

import static dev.millrace.core.processor.Effects.because;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.testkit.ChatEvent.AssistantSaid;
import dev.millrace.testkit.ChatEvent.UserSaid;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * Answers every user message with the model's reply to the whole conversation.
 *
 * @param llm the model
 */
record ChatProcessor(Llm llm) implements Processor<ChatState> {
    /** A language model. */
    interface Llm {
        CompletionStage<String> complete(List<String> history);
    }

    @Override
    public String slug() {
        return "chat";
    }

    @Override
    public EventCatalog events() {
        return EventCatalog.of(ChatEvent.class);
    }

    @Override
    public ChatState initialState() {
        return ChatState.empty();
    }

    @Override
    public ChatState reduce(ChatState state, Event event) {
        if (event.payload() instanceof UserSaid said) {
            return state.user(said.text(), event.offset());
        }
        if (event.payload() instanceof AssistantSaid said) {
            return state.assistant(said.text(), event.offset());
        }
        return state;
    }

    @Override
    public CompletionStage<Void> afterAppend(ChatState state, Event event, Effects<ChatState> effects) {
        return decide(state, effects);
    }

    @Override
    public CompletionStage<Void> onCaughtUp(ChatState state, Effects<ChatState> effects) {
        return decide(state, effects);
    }

    private CompletionStage<Void> decide(ChatState state, Effects<ChatState> effects) {
        if (state.owesReply() && effects.delivery().behind() == 0) {
            effects.launch(
                    "reply",
                    because(state.lastUserOffset()),
                    reply -> llm.complete(state.history()).thenCompose(text -> reply.append(new AssistantSaid(text))));
        }
        return Effects.none();
    }
}
