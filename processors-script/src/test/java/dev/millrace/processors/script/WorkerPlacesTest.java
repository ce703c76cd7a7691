package dev.millrace.processors.script;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.processors.script.WorkerPlaces.Claim;
import dev.millrace.processors.script.WorkerPlaces.Owner;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class WorkerPlacesTest {
    private final VirtualTimers time = new VirtualTimers();
    private final WorkerPlaces places = new WorkerPlaces(2, time);
    private final Claim first = claim("/1");
    private final Claim second = claim("/2");

    @Test
    void should_give_a_free_place_to_the_oldest_configuration() {
        Claim fourth = claim("/4");
        Claim third = claim("/3");
        assertThat(first.granted()).isCompleted();
        assertThat(second.granted()).isCompleted();
        assertThat(places.isWaitingForOthers(third)).isTrue();

        places.release(first, false);

        assertThat(third.granted()).isCompleted();
        assertThat(fourth.granted()).isNotDone();
    }

    @Test
    void should_keep_the_place_of_a_worker_that_starts_again() {
        Claim third = claim("/3");

        places.release(second, true);
        assertThat(third.granted()).isNotDone();
        Claim again = claim("/2");

        assertThat(again.granted()).isCompleted();
        assertThat(third.granted()).isNotDone();
    }

    @Test
    void should_hand_the_place_to_the_next_run_of_the_same_worker() {
        Claim third = claim("/3");
        Claim next = claim("/2");
        assertThat(places.isWaitingForOthers(next)).isFalse();
        assertThat(next.granted()).isNotDone();

        places.release(second, false);

        assertThat(next.granted()).isCompleted();
        assertThat(third.granted()).isNotDone();
    }

    @Test
    void should_give_away_a_kept_place_that_is_not_claimed() {
        Claim third = claim("/3");
        places.release(second, true);

        time.advance(WorkerPlaces.KEPT);

        assertThat(third.granted()).isCompleted();
    }

    @Test
    void should_forget_a_claim_that_is_given_up() {
        Claim third = claim("/3");
        Claim fourth = claim("/4");

        places.release(third, true);
        places.release(first, false);

        assertThat(third.granted()).isNotDone();
        assertThat(fourth.granted()).isCompleted();
    }

    private Claim claim(String path) {
        Instant configured = Instant.EPOCH.plusSeconds(Long.parseLong(path.substring(1)));
        return places.claim(new Owner(ProjectSlug.defaultProject(), StreamPath.of(path), "w"), configured);
    }
}
