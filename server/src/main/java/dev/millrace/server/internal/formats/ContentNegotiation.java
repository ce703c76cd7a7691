package dev.millrace.server.internal.formats;

import dev.millrace.server.internal.http.HttpErrorException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The media types that a caller accepts, from its {@code Accept} headers. Immutable. */
public final class ContentNegotiation {
    private record Range(String type, double quality) {
        /** 0 for no match; a more specific match has a higher number. */
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

    /** Parses the values of all {@code Accept} headers; without any, everything is accepted. */
    public static ContentNegotiation of(List<String> headers) {
        List<Range> ranges = new ArrayList<>();
        for (String part : String.join(",", headers).split(",")) {
            String[] pieces = part.toLowerCase(Locale.ROOT).split(";", -1);
            String type = pieces[0].strip();
            if (!type.isEmpty()) {
                double quality = 1;
                for (int i = 1; i < pieces.length; i++) {
                    String parameter = pieces[i].strip();
                    if (parameter.startsWith("q=")) {
                        quality = quality(parameter.substring(2));
                    }
                }
                ranges.add(new Range(type, quality));
            }
        }
        return new ContentNegotiation(ranges.isEmpty() ? List.of(new Range("*/*", 1)) : List.copyOf(ranges));
    }

    /** Whether the caller accepts this media type by its name, not by a wildcard. */
    public boolean names(String mediaType) {
        return ranges.stream().anyMatch(range -> range.quality > 0 && range.type.equals(mediaType));
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

    /** A format in which an answer can be sent. */
    interface Offer {
        /** Its media types; the first one becomes the {@code Content-Type}. */
        List<String> mediaTypes();
    }
}
