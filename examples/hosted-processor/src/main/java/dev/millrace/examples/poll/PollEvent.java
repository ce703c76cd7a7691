package dev.millrace.examples.poll;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import dev.millrace.core.payload.Positive;
import java.util.List;
import java.util.Map;

// region events
/** The events of a poll. Immutable. */
public sealed interface PollEvent {
    /**
     * A poll is opened; a poll that is still open ends without a result.
     *
     * @param question the question
     * @param options the possible answers, two or more
     * @param votes the number of votes that closes the poll
     */
    @EventName("poll-opened")
    record Opened(
            @NotBlank String question,
            List<String> options,
            @Positive int votes) implements PollEvent {}

    /**
     * A vote. It counts if a poll with this option is open.
     *
     * @param option one of the options
     */
    @EventName("vote-cast")
    record VoteCast(@NotBlank String option) implements PollEvent {}

    /**
     * The result of a poll.
     *
     * @param winner the option with the most votes; if several have equally many, the first of them in the poll
     * @param votes the number of votes for each option
     */
    @EventName("poll-closed")
    record Closed(@NotBlank String winner, Map<String, Integer> votes) implements PollEvent {}
}
// endregion
