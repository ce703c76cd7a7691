package dev.millrace.server.webhook;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;

/**
 * The service has answered the handshake of a sender. Written at most once a minute for a configuration.
 *
 * @param name the name of the {@link WebhookConfigured configuration}
 * @param kind {@code slack}, {@code meta}, {@code graph} or {@code cloudevents}
 * @since 0.1
 */
@EventName("millrace/webhook-handshake")
public record WebhookHandshake(
        @NotBlank String name, @NotBlank String kind) {}
