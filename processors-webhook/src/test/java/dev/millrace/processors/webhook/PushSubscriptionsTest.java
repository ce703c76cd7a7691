package dev.millrace.processors.webhook;

import static dev.millrace.testkit.MillraceAssertions.assertThat;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.HostContext;
import dev.millrace.core.processor.Processor;
import dev.millrace.engine.InMemoryEventStore;
import dev.millrace.engine.StreamEngine;
import dev.millrace.processors.webhook.internal.net.PushHttpClients;
import dev.millrace.processors.webhook.internal.send.RetrySchedule;
import dev.millrace.processors.webhook.internal.send.WebhookSettings;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The list of subscribers, reduced from a log. */
@Tag("jdk")
class PushSubscriptionsTest {
    private static final String CONFIGURED = EventCatalog.nameOf(SubscriptionEvent.Configured.class);

    private final StreamEngine engine =
            StreamEngine.builder(new InMemoryEventStore()).start();
    private final ExternalSubscriber processor =
            new ExternalSubscriber(HostContext.over(engine.streams(dev.millrace.core.ProjectSlug.defaultProject()))
                    .build());
    private final List<Event> log = new ArrayList<>();

    @AfterEach
    void stop() {
        engine.close();
    }

    private PushSubscriptionsTest event(String type, String payload) {
        int offset = log.size() + 1;
        log.add(Event.builder()
                .path(Stage.PATH)
                .offset(offset)
                .type(type)
                .payloadJson(JsonCodec.parse(payload.replace('\'', '"')))
                .createdAt(Instant.EPOCH.plusSeconds(offset))
                .build());
        return this;
    }

    private PushSubscriptionsTest configured(String slug) {
        return event(CONFIGURED, "{'slug': '" + slug + "', 'type': 'webhook', 'callbackUrl': 'https://example.com/a'}");
    }

    private PushSubscriptionsTest failed(long offset, String more) {
        return event(
                "millrace/delivery-failed",
                "{'slug': 'a', 'offset': " + offset + ", 'attempt': 2, 'message': 'no'" + more + "}");
    }

    private <S> S fold(Processor<S> folding) {
        S state = folding.initialState();
        for (Event event : log) {
            state = folding.reduce(state, event.decodedBy(folding.events()));
        }
        return state;
    }

    private Optional<PushSubscription> a() {
        return fold(processor).find("a");
    }

    private PushSubscription known() {
        return a().orElseThrow();
    }

    @Test
    void should_have_a_new_version_when_its_reducer_changes() {
        assertThat(processor).hasAcceptedFingerprint();
    }

    @Test
    void should_be_pure() {
        configured("a").configured("b").failed(2, ", 'nextAttemptAt': '2026-01-01T00:00:00.000Z', 'configuredAt': 1");
        event("noted", "{}");
        event("millrace/delivery-succeeded", "{'slug': 'b', 'from': 3, 'through': 4, 'deliveries': 2}");
        event("millrace/subscription-disabled", "{'slug': 'a', 'reason': 'gone', 'configuredAt': 1}");
        configured("a").event("millrace/subscription-removed", "{'slug': 'b'}");
        event("events.iterate.com/core/subscription-configured", """
                {'slug': 'c', 'type': 'websocket', 'callbackUrl': 'wss://x', 'jsonataFilter': 'true',
                 'jsonataTransform': 'payload', 'signingSecret': 's'}""");
        event(CONFIGURED, "{'slug': 7}");

        assertThat(processor).isPureOver(log);
        assertThat(new PushDelivery(
                        known(),
                        Stage.PATH,
                        HostContext.over(engine.streams(dev.millrace.core.ProjectSlug.defaultProject()))
                                .build(),
                        PushHttpClients.of(new WebhookSettings(
                                RetrySchedule.DEFAULT, java.time.Duration.ofSeconds(1), java.util.Set.of(), false))))
                .isPureOver(log);
        assertThat(fold(processor).subscribersBySlug().keySet()).containsExactly("a", "c");
    }

    @Test
    void should_show_the_configuration_and_how_it_is_doing() {
        configured("a").failed(1, "");
        failed(2, ", 'status': 503, 'nextAttemptAt': '2026-01-01T00:00:00.000Z', 'configuredAt': 1");

        assertThat(JsonCodec.writeText(fold(processor)))
                .isEqualTo("{\"subscribersBySlug\":{\"a\":{\"slug\":\"a\",\"type\":\"webhook\","
                        + "\"callbackUrl\":\"https://example.com/a\",\"configuredAt\":1,\"startedAt\":1,"
                        + "\"failing\":{\"offset\":2,\"attempt\":2,\"status\":503,\"message\":\"no\","
                        + "\"nextAttemptAt\":\"2026-01-01T00:00:00.000Z\"}}}}");
    }

    @Test
    void should_keep_where_it_started_until_it_is_removed() {
        configured("a").configured("a");
        assertThat(known().configuredAt()).isEqualTo(2);
        assertThat(known().startedAt()).isEqualTo(1);

        event("millrace/subscription-removed", "{'slug': 'a'}").configured("a");
        assertThat(known().startedAt()).isEqualTo(4);
    }

    @Test
    void should_ignore_outcomes_of_a_configuration_that_was_replaced() {
        configured("a").configured("a");
        event("millrace/subscription-disabled", "{'slug': 'a', 'reason': 'gone', 'configuredAt': 1}");
        failed(1, ", 'nextAttemptAt': '2026-01-01T00:00:00.000Z', 'configuredAt': 1");

        assertThat(known().isEnabled()).isTrue();
        assertThat(known().failing()).isEmpty();
    }

    @Test
    void should_disable_a_subscriber_by_event_and_enable_it_by_a_configuration() {
        configured("a").event("millrace/subscription-disabled", "{'slug': 'a', 'reason': 'by hand'}");
        assertThat(known().disabled()).contains("by hand");

        configured("a");
        assertThat(known().isEnabled()).isTrue();
    }

    @Test
    void should_ignore_a_success_for_later_events() {
        configured("a");
        event("millrace/delivery-succeeded", "{'slug': 'a', 'from': 1, 'through': 2, 'deliveries': 1}");
        assertThat(known().floor()).isEqualTo(1);

        event("millrace/delivery-succeeded", "{'slug': 'a', 'from': 2, 'through': 2, 'deliveries': 1}");
        assertThat(known().floor()).isEqualTo(2);
    }

    @Test
    void should_forget_the_failure_when_the_event_was_accepted_after_all() {
        configured("a").failed(2, ", 'nextAttemptAt': '2026-01-01T00:00:00.000Z'");
        assertThat(known().failing()).isPresent();

        event("millrace/delivery-succeeded", "{'slug': 'a', 'from': 2, 'through': 2, 'deliveries': 1}");
        assertThat(known().failing()).isEmpty();
    }

    @Test
    void should_ignore_events_about_unknown_subscribers() {
        failed(1, "").event("millrace/subscription-removed", "{'slug': 'a'}");

        assertThat(fold(processor)).isSameAs(PushSubscriptions.NONE);
    }

    @Test
    void should_load_a_snapshot_from_before_the_slices() {
        String before = "{\"subscribersBySlug\":{\"a\":{\"slug\":\"a\",\"type\":\"webhook\","
                + "\"callbackUrl\":\"https://example.com/a\",\"configuredAt\":1,\"startedAt\":1}}}";

        PushSubscriptions state = JsonCodec.fromTree(JsonCodec.parse(before), PushSubscriptions.class);

        assertThat(JsonCodec.writeText(state)).isEqualTo(before);
        assertThat(new ExternalSubscriberProvider().stateSlice(JsonCodec.toTree(state)))
                .hasToString("{\"subscribersBySlug\":{\"a\":{\"slug\":\"a\",\"type\":\"webhook\","
                        + "\"callbackUrl\":\"https://example.com/a\"}},"
                        + "\"millrace\":{\"subscribersBySlug\":{\"a\":{\"configuredAt\":1,\"startedAt\":1}}}}");
    }
}
