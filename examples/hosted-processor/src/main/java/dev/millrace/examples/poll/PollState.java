package dev.millrace.examples.poll;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The poll of a stream.
 *
 * @param open the open poll, if there is one
 */
public record PollState(Optional<Poll> open) {
    /**
     * An open poll.
     *
     * @param openedAt the offset of the event that opened it
     * @param wanted the number of votes that closes it
     * @param votes the votes so far, by option, in the order of the poll
     */
    public record Poll(long openedAt, int wanted, Map<String, Integer> votes) {
        public Poll {
            votes = Collections.unmodifiableMap(new LinkedHashMap<>(votes));
        }

        Poll plus(String option) {
            Map<String, Integer> more = new LinkedHashMap<>(votes);
            more.computeIfPresent(option, (name, count) -> count + 1);
            return new Poll(openedAt, wanted, more);
        }

        boolean isComplete() {
            return votes.values().stream().mapToInt(Integer::intValue).sum() >= wanted;
        }

        String winner() {
            int most = Collections.max(votes.values());
            return votes.entrySet().stream()
                    .filter(option -> option.getValue() == most)
                    .findFirst()
                    .map(Map.Entry::getKey)
                    .orElseThrow();
        }
    }

    static PollState none() {
        return new PollState(Optional.empty());
    }
}
