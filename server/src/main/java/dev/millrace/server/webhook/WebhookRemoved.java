package dev.millrace.server.webhook;

import dev.millrace.core.EventName;
import dev.millrace.core.payload.NotBlank;

/**
 * Ends a {@link WebhookConfigured configuration}.
 *
 * @param name its name
 * @since 0.1
 */
@EventName("millrace/webhook-removed")
public record WebhookRemoved(@NotBlank String name) {}
