package dev.millrace.processors.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.millrace.core.JsonCodec;
import org.junit.jupiter.api.Test;

class AgentStateSizeTest {
    @Test
    void should_not_grow_with_the_number_of_turns() {
        assertThat(stateBytes(5_000)).isCloseTo(stateBytes(50), within(100));
    }

    /** The size of the state in the middle of the last of these turns. */
    private static int stateBytes(int turns) {
        AgentLog log = new AgentLog();
        for (int turn = 1; turn <= turns; turn++) {
            log.user("question " + turn);
            long request = log.start();
            log.chunk(request, 0, "answer");
            log.message(request, 0, "answer " + "word ".repeat(20));
            switch (turn % 5) {
                case 1 -> log.fail(request);
                case 2 -> log.cancel(request);
                case 3 -> log.lose(request);
                default -> log.complete(request);
            }
        }
        return JsonCodec.write(log.state()).length;
    }
}
