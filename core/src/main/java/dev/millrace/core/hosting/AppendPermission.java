package dev.millrace.core.hosting;

import java.util.Optional;

/**
 * The event types that a configured rule, script or WebSocket peer may append: those that take {@link
 * Operation#APPEND}. If the configuring event has {@code mayControl}, also those that take more, up to the operation
 * that this event takes itself, but never those that take {@link Operation#PROCESS} or {@link Operation#APPROVE}. A
 * configuration therefore never gives more rights than its author had.
 *
 * @param types knows the operation of a type
 * @param holder names what was configured, in messages, for example {@code worker 'audit'}
 * @param most the operation that the configuring event takes
 * @param mayControl the field {@code mayControl} of that event
 * @since 0.1
 */
public record AppendPermission(PayloadCheck types, String holder, Operation most, boolean mayControl) {
    /**
     * Why an event may not be appended; empty if it may.
     *
     * @param type the event type, in any spelling
     */
    public Optional<String> refusal(String type) {
        Operation needed = types.operation(type.strip());
        Operation allowed = mayControl ? most : Operation.APPEND;
        if (needed.compareTo(allowed) <= 0 && needed.isDelegable()) {
            return Optional.empty();
        }
        String remedy = needed.compareTo(most) <= 0 && needed.isDelegable()
                ? "to allow it, append its configuration again with \"mayControl\": true"
                : "mayControl cannot allow more than '" + most.word()
                        + "', which its configuration takes; let a caller append the event";
        return Optional.of(
                holder + " may not append '" + type.strip() + "', which takes '" + needed.word() + "'; " + remedy);
    }
}
