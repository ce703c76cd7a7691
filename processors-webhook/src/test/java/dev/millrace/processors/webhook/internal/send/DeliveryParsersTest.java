package dev.millrace.processors.webhook.internal.send;

import static dev.millrace.contracts.text.HostileTexts.all;
import static dev.millrace.contracts.text.HostileTexts.around;

import dev.millrace.contracts.text.LinearTimeCheck;
import dev.millrace.core.JsonCodec;
import dev.millrace.processors.webhook.internal.net.CallbackUrl;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Settings, addresses and answers of receivers are read in a time that is linear in their length. */
class DeliveryParsersTest {
    @Test
    void should_read_durations_in_linear_time() {
        LinearTimeCheck.of("duration", DurationParser::parse).check(around("200ms", "PT1H2M3.5S"));
        LinearTimeCheck.of("retry schedule", RetrySchedule::parse).check(around("200ms, 1s, 5s"));
        LinearTimeCheck.of("Retry-After", text -> RetryAfterHeader.read(text, Instant.EPOCH))
                .check(around("120", "Wed, 21 Oct 2026 07:28:00 GMT"));
    }

    @Test
    void should_read_the_url_of_a_callback_in_linear_time() {
        LinearTimeCheck.of("callback", text -> CallbackUrl.parse(text, true).authorization())
                .check(around("wss://user:pass@example.com:8443/a/b?c=d#e", "http://[::1]/x"));
    }

    @Test
    void should_read_an_event_of_a_peer_in_linear_time() {
        LinearTimeCheck.of("event of a peer", text -> PeerEventReader.read(JsonCodec.parse(text)))
                .check(around("{\"type\":\"t\",\"payload\":{\"a\":1},\"offset\":3,\"idempotencyKey\":\"k\"}"));
        LinearTimeCheck.of("type of a peer", text -> PeerEventReader.read(JsonCodec.parse(JsonCodec.writeText(text))))
                .check(all());
    }
}
