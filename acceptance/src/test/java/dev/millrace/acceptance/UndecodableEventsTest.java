package dev.millrace.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.contracts.store.DamagedEvents;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.StreamPath;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.util.List;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each hosted processor works on after events that cannot be decoded, also after a restart of the engine. */
class UndecodableEventsTest {
    private static final StreamPath PATH = StreamPath.of("/old");

    @ParameterizedTest
    @EnumSource(HostedWork.class)
    void should_not_stop_a_processor(HostedWork work, @TempDir Path directory) throws Exception {
        try (MockWebServer peer = new MockWebServer()) {
            peer.start();
            try (HostedService service = HostedService.start(SqliteEventStore.open(directory), peer)) {
                work.prepare(service, PATH);
                work.check(service, PATH, 1);
            }
            try (EventStore store = SqliteEventStore.open(directory)) {
                damage(store, PATH);
            }
            for (int i = 2; i < 4; i++) {
                try (HostedService service = HostedService.start(SqliteEventStore.open(directory), peer)) {
                    work.check(service, PATH, i);
                }
            }
        }
    }

    /** Stores damaged events of each known type; each type gets some kinds of damage, and all of them in long runs. */
    private static void damage(EventStore store, StreamPath path) {
        List<String> types = ExampleEvents.types().stream()
                .filter(type -> !type.endsWith("/paused") && !type.endsWith("/initialized"))
                .toList();
        int kinds = Rounds.LONG ? DamagedEvents.kinds() : 5;
        StreamKey stream = new StreamKey(ProjectSlug.defaultProject(), path);
        try (EventStore.Transaction transaction = store.begin()) {
            for (int i = 0; i < types.size() * kinds; i++) {
                DamagedEvents.append(transaction, stream, types.get(i / kinds), i % DamagedEvents.kinds());
            }
            transaction.commit();
        }
        assertThat(types).hasSizeGreaterThan(DamagedEvents.kinds());
    }
}
