package dev.millrace.examples.poll;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;
import dev.millrace.core.payload.Positive;
import java.util.List;
import java.util.Map;

// region events
/** What happens to a poll. Immutable. */
public sealed interface PollEvent {
    /**
     * A poll begins; a poll that is open ends without a result.
     *
     * @param question what is asked
     * @param options what may be answered, two or more
     * @param votes how many votes close the poll
     */
    @EventName("poll-opened")
    record Opened(
            @NotBlank String question,
            List<String> options,
            @Positive int votes) implements PollEvent {}

    /**
     * A vote. It counts if a poll is open and has the option.
     *
     * @param option one of the options
     */
    @EventName("vote-cast")
    record VoteCast(@NotBlank String option) implements PollEvent {}

    /**
     * The result of a poll.
     *
     * @param winner the option with the most votes; of several the one that comes first in the poll
     * @param votes how many votes each option got
     */
    @EventName("poll-closed")
    record Closed(@NotBlank String winner, Map<String, Integer> votes) implements PollEvent {}
}
// endregion
