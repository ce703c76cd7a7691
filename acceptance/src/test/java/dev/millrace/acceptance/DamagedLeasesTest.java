package dev.millrace.acceptance;

import dev.millrace.contracts.store.DamagedEvents;
import dev.millrace.contracts.store.ProposalDraft;
import dev.millrace.core.BuiltInType;
import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.Fence;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.ReadRange;
import dev.millrace.core.StreamPath;
import dev.millrace.core.processor.Effects;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.core.runner.RunnerStatus.Phase;
import dev.millrace.core.runner.SharedLeases;
import dev.millrace.core.runner.SubtreeRunner;
import dev.millrace.engine.StreamEngine;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamKey;
import dev.millrace.store.sqlite.SqliteEventStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A processor with a lease acts after events that cannot be decoded, in its own stream and in that of the lease. */
class DamagedLeasesTest {
    private static final StreamPath PATH = StreamPath.of("/old");
    private static final StreamPath LEASES = Fence.leases("teller", PATH);
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final String[] LEASE_TYPES = {
        BuiltInType.LEASE_CLAIMED.type(), BuiltInType.LEASE_RENEWED.type(), BuiltInType.LEASE_RELEASED.type()
    };

    /** Answers each {@code ask}. */
    private record Teller() implements Processor<Integer> {
        @Override
        public String slug() {
            return "teller";
        }

        @Override
        public EventCatalog events() {
            return EventCatalog.empty();
        }

        @Override
        public Integer initialState() {
            return 0;
        }

        @Override
        public Integer reduce(Integer count, Event event) {
            return count + 1;
        }

        @Override
        public CompletionStage<Void> afterAppend(Integer count, Event event, Effects<Integer> effects) {
            return event.type().equals("ask")
                    ? Effects.done(effects.append(EventInput.ofType("answer")))
                    : Effects.none();
        }
    }

    private record Running(Supplier<Phase> phase, Runnable stop) {}

    /** The ways in which a runner has a lease. */
    private enum Way {
        OWN {
            @Override
            Running start(EventStreams streams) {
                return running(builder(streams).exclusive(LEASE).start());
            }
        },
        SHARED {
            @Override
            Running start(EventStreams streams) {
                return running(builder(streams)
                        .sharedLease(new SharedLeases(), PATH)
                        .exclusive(LEASE)
                        .start());
            }
        },
        SUBTREE {
            @Override
            Running start(EventStreams streams) {
                SubtreeRunner<Integer> runner =
                        builder(streams).subtree().exclusive(LEASE).start();
                return new Running(() -> runner.status().phase(), () -> runner.stop(LEASE));
            }
        };

        abstract Running start(EventStreams streams);

        private static ProcessorRunner.Builder<Integer> builder(EventStreams streams) {
            return ProcessorRunner.builder(streams, new Teller()).stream(PATH);
        }

        private static Running running(ProcessorRunner<Integer> runner) {
            return new Running(() -> runner.status().phase(), () -> runner.stop(LEASE));
        }
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void should_not_keep_a_processor_from_its_lease(Way way, @TempDir Path directory) {
        act(way, directory);
        try (EventStore store = SqliteEventStore.open(directory)) {
            ProposalDraft draft = new ProposalDraft(store);
            for (int kind = 0; kind < DamagedEvents.kinds(); kind++) {
                for (String type : LEASE_TYPES) {
                    DamagedEvents.append(draft, key(PATH), type, kind);
                    DamagedEvents.append(draft, key(LEASES), type, kind);
                }
                DamagedEvents.append(draft, key(PATH), "ask", kind);
            }
            draft.commit();
        }
        act(way, directory);
    }

    /** The service knows a claim by its key, so the next claim is that of the next number. */
    @ParameterizedTest
    @EnumSource(Way.class)
    void should_claim_the_next_lease_after_damaged_claims(Way way, @TempDir Path directory) {
        act(way, directory);
        try (EventStore store = SqliteEventStore.open(directory)) {
            ProposalDraft draft = new ProposalDraft(store);
            for (int kind = 0; kind < DamagedEvents.kinds(); kind++) {
                String claim = Fence.claimKey("teller", 2 + kind);
                DamagedEvents.append(draft, key(LEASES), LEASE_TYPES[0], kind, claim);
                DamagedEvents.append(draft, key(LEASES), LEASE_TYPES[1], kind, claim + "/renewed/1");
                DamagedEvents.append(draft, key(LEASES), LEASE_TYPES[2], kind, claim + "/released");
            }
            draft.commit();
        }
        act(way, directory);
    }

    private static StreamKey key(StreamPath path) {
        return new StreamKey(ProjectSlug.defaultProject(), path);
    }

    /** Starts an engine and a runner, which answers one more question. */
    private static void act(Way way, Path directory) {
        try (StreamEngine engine =
                StreamEngine.builder(SqliteEventStore.open(directory)).start()) {
            EventStreams streams = engine.streams(ProjectSlug.defaultProject());
            Running runner = way.start(streams);
            try {
                TokenArena.waiting().until(() -> runner.phase().get(), Phase.LIVE::equals);
                long ask = streams.append(PATH, EventInput.ofType("ask")).join().offset();
                TokenArena.waiting()
                        .until(() -> streams.read(PATH, ReadRange.after(ask)).join().stream()
                                .anyMatch(event -> event.type().equals("answer")));
            } finally {
                runner.stop().run();
            }
        }
    }
}
