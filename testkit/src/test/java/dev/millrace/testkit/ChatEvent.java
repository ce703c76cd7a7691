package dev.millrace.testkit;

import dev.millrace.core.EventName;

/** What is said in a conversation. */
public sealed interface ChatEvent {
    /**
     * The user said something.
     *
     * @param text the message
     */
    @EventName("user-said")
    record UserSaid(String text) implements ChatEvent {}

    /**
     * The assistant answered.
     *
     * @param text the message
     */
    @EventName("assistant-said")
    record AssistantSaid(String text) implements ChatEvent {}
}
