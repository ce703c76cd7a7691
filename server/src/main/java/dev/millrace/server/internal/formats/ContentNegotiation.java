package dev.millrace.server.internal.formats;

import dev.millrace.server.internal.http.HttpErrorException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The media types that a caller accepts, from its {@code Accept} headers. Immutable. */
public final class ContentNegotiation {
    private final List<WeightedName> ranges;

    private ContentNegotiation(List<WeightedName> ranges) {
        this.ranges = ranges;
    }

    /** Parses the values of all {@code Accept} headers; without any, everything is accepted. */
    public static ContentNegotiation of(List<String> headers) {
        List<WeightedName> ranges = WeightedName.parse(headers);
        return new ContentNegotiation(ranges.isEmpty() ? List.of(new WeightedName("*/*", 1)) : ranges);
    }

    /** Whether the caller accepts this media type by its name, not by a wildcard. */
    public boolean names(String mediaType) {
        return ranges.stream()
                .anyMatch(range -> range.weight() > 0 && range.name().equals(mediaType));
    }

    /**
     * The offer with the highest quality; of equals the first. Throws a 406 {@link HttpErrorException} if none is
     * acceptable.
     */
    public <T extends Offer> T choose(List<T> offers) {
        Optional<T> best = Optional.empty();
        double quality = 0;
        for (T offer : offers) {
            double liked = quality(offer);
            if (liked > quality) {
                best = Optional.of(offer);
                quality = liked;
            }
        }
        return best.orElseThrow(
                () -> HttpErrorException.notAcceptable("the Accept header allows no available format; use one of "
                        + offers.stream()
                                .flatMap(offer -> offer.mediaTypes().stream())
                                .collect(Collectors.joining(", "))));
    }

    private double quality(Offer offer) {
        double best = 0;
        for (String mediaType : offer.mediaTypes()) {
            int closest = 0;
            double quality = 0;
            for (WeightedName range : ranges) {
                int close = closeness(range.name(), mediaType);
                if (close > closest) {
                    closest = close;
                    quality = range.weight();
                }
            }
            best = Math.max(best, quality);
        }
        return best;
    }

    /** How closely a media range names a media type; 0 for not at all. */
    private static int closeness(String range, String mediaType) {
        if (range.equals(mediaType)) {
            return 3;
        }
        boolean family = range.endsWith("/*") && mediaType.startsWith(range.substring(0, range.length() - 1));
        return range.equals("*/*") ? 1 : family ? 2 : 0;
    }

    /** A format in which an answer can be sent. */
    interface Offer {
        /** Its media types; the first one becomes the {@code Content-Type}. */
        List<String> mediaTypes();
    }
}
