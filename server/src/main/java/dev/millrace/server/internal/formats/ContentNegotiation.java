package dev.millrace.server.internal.formats;

import dev.millrace.server.internal.http.HttpErrorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** What a caller accepts, from its {@code Accept} headers. Immutable. */
public final class ContentNegotiation {
    private record Range(String type, double quality) {
        /** 0 for no match; the closer the higher. */
        int closeness(String mediaType) {
            if (type.equals(mediaType)) {
                return 3;
            }
            boolean family = type.endsWith("/*") && mediaType.startsWith(type.substring(0, type.length() - 1));
            return type.equals("*/*") ? 1 : family ? 2 : 0;
        }
    }

    private final List<Range> ranges;

    private ContentNegotiation(List<Range> ranges) {
        this.ranges = ranges;
    }

    /** Reads the values of all {@code Accept} headers; none accepts everything. */
    public static ContentNegotiation of(List<String> headers) {
        List<Range> ranges = new ArrayList<>();
        for (String part : String.join(",", headers).split(",")) {
            String[] pieces = part.strip().toLowerCase(Locale.ROOT).split("\\s*;\\s*");
            if (!pieces[0].isEmpty()) {
                double quality = 1;
                for (int i = 1; i < pieces.length; i++) {
                    if (pieces[i].startsWith("q=")) {
                        quality = quality(pieces[i].substring(2));
                    }
                }
                ranges.add(new Range(pieces[0], quality));
            }
        }
        return new ContentNegotiation(ranges.isEmpty() ? List.of(new Range("*/*", 1)) : List.copyOf(ranges));
    }

    /** Whether the caller names this media type itself, not by a wildcard. */
    public boolean names(String mediaType) {
        return ranges.stream().anyMatch(range -> range.quality > 0 && range.type.equals(mediaType));
    }

    /**
     * The offer that the caller likes best; of equals the first.
     *
     * @throws HttpErrorException when none is acceptable; the message lists them
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
                () -> HttpErrorException.notAcceptable("nothing acceptable to answer with; ask for one of "
                        + offers.stream()
                                .flatMap(offer -> offer.mediaTypes().stream())
                                .collect(Collectors.joining(", "))));
    }

    private double quality(Offer offer) {
        double best = 0;
        for (String mediaType : offer.mediaTypes()) {
            int closest = 0;
            double quality = 0;
            for (Range range : ranges) {
                if (range.closeness(mediaType) > closest) {
                    closest = range.closeness(mediaType);
                    quality = range.quality;
                }
            }
            best = Math.max(best, quality);
        }
        return best;
    }

    private static double quality(String text) {
        try {
            double quality = Double.parseDouble(text);
            return quality >= 0 && quality <= 1 ? quality : 1;
        } catch (NumberFormatException e) {
            return 1;
        }
    }

    /** A form in which an answer exists. */
    interface Offer {
        /** The media types that ask for it, the one it is sent as first. */
        List<String> mediaTypes();
    }
}
