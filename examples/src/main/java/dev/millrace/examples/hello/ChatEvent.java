package dev.millrace.examples.hello;

import dev.millrace.core.EventName;

// region events
/** What happens in a chat. */
public sealed interface ChatEvent {
    /** A user wrote something. */
    @EventName("user-said")
    record UserSaid(String text) implements ChatEvent {}

    /** The assistant answered. */
    @EventName("assistant-said")
    record AssistantSaid(String text) implements ChatEvent {}
}
// endregion
