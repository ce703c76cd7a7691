package dev.millrace.processors.webhook;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.regex.Pattern;

/** The processor slugs of push deliveries: any subscriber name becomes a valid slug, and different names different slugs. */
final class PushDeliverySlug {
    private static final Pattern FITTING = Pattern.compile("[a-z0-9_-]{1,64}");
    private static final String PREFIX = ExternalSubscriber.SLUG + ".";
    private static final int HASHED_BYTES = 20;

    private PushDeliverySlug() {}

    static String of(String subscriber) {
        return FITTING.matcher(subscriber).matches()
                ? PREFIX + "is." + subscriber
                : PREFIX + "hash." + HexFormat.of().formatHex(Arrays.copyOf(Sha256.of(subscriber), HASHED_BYTES));
    }

    /** Whether this is the slug of the {@link ExternalSubscriber} or of a {@link PushDelivery}. */
    static boolean isOurs(String processor) {
        return processor.equals(ExternalSubscriber.SLUG) || processor.startsWith(PREFIX);
    }
}
