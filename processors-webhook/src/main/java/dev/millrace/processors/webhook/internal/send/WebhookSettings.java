package dev.millrace.processors.webhook.internal.send;

import dev.millrace.core.hosting.HostContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The server settings for pushing.
 *
 * @param schedule the waits before retries ({@code webhook.retry-schedule})
 * @param timeout for a whole request, or until a frame is sent; default 15 s ({@code webhook.timeout})
 * @param allowHosts hosts that may have any address ({@code webhook.allow-hosts}, separated by commas)
 * @param loopback whether events may be pushed to this machine ({@code server.loopback})
 */
public record WebhookSettings(RetrySchedule schedule, Duration timeout, Set<String> allowHosts, boolean loopback) {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException if a setting is invalid; the message names it
     */
    public static WebhookSettings of(HostContext context) {
        return new WebhookSettings(
                read(context, "webhook.retry-schedule", RetrySchedule::parse, RetrySchedule.DEFAULT),
                read(context, "webhook.timeout", DurationParser::parse, TIMEOUT),
                read(context, "webhook.allow-hosts", WebhookSettings::hosts, Set.of()),
                read(context, "server.loopback", text -> text.strip().equalsIgnoreCase("true"), false));
    }

    private static Set<String> hosts(String text) {
        return Arrays.stream(text.split(","))
                .map(host -> host.strip().toLowerCase(Locale.ROOT))
                .filter(host -> !host.isEmpty())
                .collect(Collectors.toUnmodifiableSet());
    }

    private static <T> T read(HostContext context, String name, Function<String, T> reader, T byDefault) {
        try {
            return context.setting(name).map(reader).orElse(byDefault);
        } catch (IllegalArgumentException wrong) {
            throw new IllegalArgumentException("setting " + name + ": " + wrong.getMessage(), wrong);
        }
    }
}
