package dev.millrace.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.millrace.contracts.wire.LiveReadClient;
import dev.millrace.core.StreamPath;
import dev.millrace.core.hosting.Operation;
import dev.millrace.core.runner.VirtualTimers;
import dev.millrace.server.security.AccessTokens;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A live read continues as before when the clock of the server is set backwards. */
@Timeout(60)
class ClockSetChecksTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration HEARTBEAT = Duration.ofSeconds(15);

    /** The timers of an idle server with one live reader: its heartbeat, and the watch of connections. */
    private static final int TIMERS = 2;

    @TempDir
    Path directory;

    private final VirtualTimers clock = new VirtualTimers();
    private AccessTokens tokens;
    private AccessTokens.Created created;
    private RunningServer millrace;
    private LiveReadClient reader;

    @BeforeEach
    void connect() {
        tokens = AccessTokens.in(directory, clock);
        created = tokens.create(
                Optional.empty(),
                StreamPath.root(),
                Set.of(Operation.READ, Operation.APPEND),
                Optional.of(Duration.ofMinutes(1)));
        millrace = new RunningServer(
                options -> options.timers(clock).heartbeat(HEARTBEAT).tokens(tokens));
        reader = millrace.follow("/a", "Authorization", "Bearer " + created.token());
        reader.awaitOffset(1);
        await().atMost(LIMIT).until(() -> clock.pending() == TIMERS);
    }

    @AfterEach
    void stop() throws IOException {
        millrace.close();
    }

    private void passOneHeartbeat() {
        clock.advance(HEARTBEAT);
        await().atMost(LIMIT).until(() -> clock.pending() == TIMERS || millrace.server.liveReads() == 0);
    }

    @Test
    void should_send_a_heartbeat_in_each_interval() {
        long before = reader.comments();
        clock.set(clock.now().minusSeconds(40));

        passOneHeartbeat();
        await().atMost(LIMIT).until(() -> reader.comments() == before + 1);
        passOneHeartbeat();
        await().atMost(LIMIT).until(() -> reader.comments() == before + 2);
    }

    @Test
    void should_end_the_read_within_one_heartbeat_when_its_token_is_revoked() {
        clock.set(clock.now().minusSeconds(40));
        passOneHeartbeat();
        tokens.revoke(created.grant().id());

        passOneHeartbeat();

        await().atMost(LIMIT).until(() -> millrace.server.liveReads() == 0);
        reader.awaitLine("UNAUTHORIZED").awaitEnd();
        assertThat(reader.offsets()).containsExactly(1L);
    }
}
