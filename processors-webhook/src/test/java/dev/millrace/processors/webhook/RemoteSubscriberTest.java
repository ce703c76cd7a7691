package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import dev.millrace.core.EventInput;
import dev.millrace.core.EventStreams;
import dev.millrace.core.ProjectSlug;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Processor;
import dev.millrace.core.runner.EffectStartPolicy;
import dev.millrace.core.runner.ProcessorRunner;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.webhook.SubscriptionEvent.Configured;
import java.time.Duration;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The processor in an application's JVM, with a service that does not host it. */
class RemoteSubscriberTest {
    private static final Duration BOUND = Duration.ofSeconds(20);

    private final Receiver receiver = new Receiver();
    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final EventStreams streams = engine.streams(ProjectSlug.defaultProject());

    @AfterEach
    void stop() {
        engine.close();
        receiver.close();
    }

    /** Without a durable progress store, as after a restart of that JVM. */
    private ProcessorRunner<PushSubscriptions> run() {
        HostContext context = HostContext.over(streams)
                .settings(Map.of("server.loopback", "true"))
                .build();
        return ProcessorRunner.builder(streams, (Processor<PushSubscriptions>) new ExternalSubscriber(context)).stream(
                        Stage.PATH)
                .effectsFrom(EffectStartPolicy.BEGINNING)
                .start();
    }

    private void note() throws Exception {
        Stage.get(streams.append(Stage.PATH, EventInput.ofType("noted")));
    }

    @Test
    void should_push_and_use_the_log_as_cursor_without_a_progress_store() throws Exception {
        Stage.get(streams.append(Stage.PATH, EventInput.of(new Configured("remote", "webhook", receiver.url()))));
        note();
        note();
        try (ProcessorRunner<PushSubscriptions> runner = run()) {
            Awaitility.await()
                    .atMost(BOUND)
                    .until(() -> runner.state()
                            .find("remote")
                            .flatMap(PushSubscription::deliveredThrough)
                            .filter(through -> through == 4)
                            .isPresent());
        }
        note();
        try (ProcessorRunner<PushSubscriptions> runner = run()) {
            Awaitility.await().atMost(BOUND).until(() -> receiver.accepted().size() == 3);
            assertThat(runner.state().find("remote")).isPresent();
        }
        assertThat(receiver.offsets()).isEqualTo(java.util.List.of(3L, 4L, 6L));
    }

    @Test
    void should_release_everything_when_it_is_stopped() throws Exception {
        try (ProcessorRunner<PushSubscriptions> runner = run()) {
            Stage.get(streams.append(Stage.PATH, EventInput.of(new Configured("remote", "webhook", receiver.url()))));
            note();
            Awaitility.await().atMost(BOUND).until(() -> receiver.accepted().size() == 1);
            runner.stop(Duration.ofSeconds(5));
        }
        note();
        Stage.get(streams.state(Stage.PATH));
        assertThat(receiver.requests()).hasSize(1);
    }
}
