package dev.millrace.core.hosting;

import java.util.Optional;

/**
 * The types that a rule, a script or a peer may append, which an event configured. It may append types that take {@link
 * Operation#APPEND}; types that take more only if that event said so, and then at most what the event itself took. So
 * nobody gets a power by a configuration that the author of the configuration did not have, or did not mean to give.
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
        boolean isOfRunners = needed == Operation.PROCESS; // no configuring event takes it or includes it
        if (needed.compareTo(allowed) <= 0 && !isOfRunners) {
            return Optional.empty();
        }
        String remedy = needed.compareTo(most) <= 0 && !isOfRunners
                ? "to allow it, append its configuration again with \"mayControl\": true"
                : "mayControl cannot allow more than '" + most.word()
                        + "', which its configuration takes; let a caller append the event";
        return Optional.of(
                holder + " may not append '" + type.strip() + "', which takes '" + needed.word() + "'; " + remedy);
    }
}
