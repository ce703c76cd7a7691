package dev.millrace.processors.webhook.internal.send;

import dev.millrace.core.hosting.HostContext;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * What the server says about pushing.
 *
 * @param schedule when failed attempts are repeated ({@code webhook.retry-schedule})
 * @param timeout how long a request may take in all, or a frame until it is sent ({@code webhook.timeout})
 * @param allowHosts hosts that may be anywhere ({@code webhook.allow-hosts}, with commas between them)
 * @param loopback whether this machine may be a target ({@code server.loopback})
 */
public record WebhookSettings(RetrySchedule schedule, Duration timeout, Set<String> allowHosts, boolean loopback) {
    private static final Duration TIMEOUT = Duration.ofSeconds(15);

    /**
     * Reads the settings.
     *
     * @throws IllegalArgumentException when one is wrong; the message names it
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
