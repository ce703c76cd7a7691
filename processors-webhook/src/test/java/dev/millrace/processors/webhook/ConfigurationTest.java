package dev.millrace.processors.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.millrace.core.Event;
import dev.millrace.core.EventCatalog;
import dev.millrace.core.JsonCodec;
import dev.millrace.core.hosting.ProcessorProvider;
import dev.millrace.engine.KnownEvents;
import dev.millrace.processors.webhook.internal.net.CallbackUrl;
import dev.millrace.processors.webhook.internal.send.WebhookSigner;
import java.time.Instant;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Valid and invalid configurations, and the endpoints and signatures made from them. */
class ConfigurationTest {
    private static List<String> problems(String payload) {
        String complete = payload.contains("'slug'") ? payload : payload.replaceFirst("\\{", "{'slug': 's', ");
        return KnownEvents.of(List.of(new ExternalSubscriberProvider()))
                .problems(
                        EventCatalog.nameOf(SubscriptionEvent.Configured.class),
                        JsonCodec.parse(complete.replace('\'', '"')));
    }

    @Test
    void should_be_found_by_its_name() {
        assertThat(ServiceLoader.load(ProcessorProvider.class).stream()
                        .map(ServiceLoader.Provider::get)
                        .filter(ExternalSubscriberProvider.class::isInstance)
                        .map(ProcessorProvider::name))
                .containsExactly("external-subscriber");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'slug': 's', 'type': 'webhook', 'callbackUrl': 'https://example.com:8443/a?b=c'}",
                "{'slug': 's', 'type': 'webhook', 'callbackUrl': 'HTTP://[2606:4700::1]/', 'signingSecret': 'x'}",
                "{'slug': 's', 'type': 'websocket', 'callbackUrl': 'wss://example.com', 'jsonataTransform': 'a.b'}",
                "{'slug': 's', 'type': 'websocket', 'callbackUrl': 'ws://example.com', 'jsonataFilter': 'a = 1'}",
                "{'slug': 's', 'type': 'websocket', 'callbackUrl': 'https://example.com'}"
            })
    void should_accept_what_can_work(String payload) {
        assertThat(problems(payload)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'type': 'email', 'callbackUrl': 'x'}|payload.type: expected 'webhook' or 'websocket', got 'email'",
                "{'type': 'webhook', 'callbackUrl': 'example.com'}|payload.callbackUrl: expected an absolute URL",
                "{'type': 'webhook', 'callbackUrl': 'ftp://a'}|payload.callbackUrl: expected a URL of http or https",
                "{'type': 'webhook', 'callbackUrl': 'ws://a'}|payload.callbackUrl: expected a URL of http or https",
                "{'type': 'websocket', 'callbackUrl': 'file:///etc'}|payload.callbackUrl: expected a URL of ws, wss",
                "{'type': 'webhook', 'callbackUrl': 'http://'}|payload.callbackUrl: expected a URL with a valid host",
                "{'type': 'webhook', 'callbackUrl': 'http://a:99999'}|payload.callbackUrl: expected a URL with a valid host",
                "{'type': 'webhook', 'callbackUrl': 'http://a', 'jsonataFilter': '(('}|payload.jsonataFilter: ",
                "{'type': 'webhook', 'callbackUrl': 'http://a', 'jsonataTransform': '{'}|payload.jsonataTransform: ",
                "{'type': 'websocket', 'callbackUrl': 'ws://a', 'signingSecret': 's'}|payload.signingSecret: only"
            })
    void should_say_what_cannot_work(String payload, String problem) {
        assertThat(problems(payload)).singleElement().asString().startsWith(problem);
    }

    @Test
    void should_show_an_address_without_what_may_be_secret_and_still_use_it() {
        CallbackUrl endpoint = CallbackUrl.parse("wss://user:pass@example.com/a/b?token=x#y", true);

        assertThat(endpoint).hasToString("https://example.com/a/b");
        assertThat(endpoint.authorization()).contains("Basic dXNlcjpwYXNz");
        assertThat(endpoint.url().query()).isEqualTo("token=x");
        assertThat(CallbackUrl.parse("https://example.com", false).authorization())
                .isEmpty();
    }

    @Test
    void should_give_every_subscriber_a_processor_of_its_own() {
        List<String> slugs = List.of(
                "slack",
                "Slack",
                "sl.ack",
                "sl/ack",
                "",
                " ",
                "a".repeat(64),
                "a".repeat(65),
                "é",
                "is.slack",
                "hash.1");
        List<String> slugsOfDeliveries =
                slugs.stream().map(PushDeliverySlug::of).toList();

        assertThat(slugsOfDeliveries).doesNotHaveDuplicates().allMatch(slug -> slug.matches("[a-z0-9][a-z0-9._-]*"));
        assertThat(slugsOfDeliveries.get(0)).isEqualTo("external-subscriber.is.slack");
        assertThat(slugsOfDeliveries).allMatch(PushDeliverySlug::isOurs);
        assertThat(PushDeliverySlug.isOurs("external-subscribers")).isFalse();
    }

    @Test
    void should_give_every_message_a_unique_id() {
        StreamIdentity origin = new StreamIdentity("public", "i1");
        Event event = event("/a", 7);
        String id = origin.messageId("s", event);

        assertThat(id).isEqualTo(origin.messageId("s", event)).matches("msg_[A-Za-z0-9_-]{32}");
        assertThat(Stream.of(
                        new StreamIdentity("other", "i1").messageId("s", event),
                        new StreamIdentity("public", "i2").messageId("s", event),
                        origin.messageId("t", event),
                        origin.messageId("s", event("/a", 8)),
                        origin.messageId("s", event("/b", 7)),
                        id))
                .doesNotHaveDuplicates();
    }

    private static Event event(String path, long offset) {
        return Event.builder()
                .path(dev.millrace.core.StreamPath.of(path))
                .offset(offset)
                .type("noted")
                .payloadJson(JsonCodec.parse("{}"))
                .createdAt(Instant.EPOCH)
                .build();
    }

    @Test
    void should_sign_as_the_specification_of_standard_webhooks_does() {
        // HMAC-SHA-256 of "msg_1.1700000000.{}" with the key "key", made with another implementation
        assertThat(WebhookSigner.with("key").of("msg_1", 1_700_000_000, new byte[] {'{', '}'}))
                .isEqualTo("v1,XaXLFEFQ69Q4+demDWPEv5ydXczDW2mM5crCUEFcFBA=");
        assertThat(WebhookSigner.with("whsec_a2V5").of("msg_1", 1_700_000_000, new byte[] {'{', '}'}))
                .isEqualTo("v1,XaXLFEFQ69Q4+demDWPEv5ydXczDW2mM5crCUEFcFBA=");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "whsec_", "whsec_***"})
    void should_refuse_secrets_that_cannot_sign_without_telling_them(String secret) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> WebhookSigner.with(secret))
                .withMessageNotContaining("***");
    }
}
