package dev.millrace.server.internal.routes;

import dev.millrace.server.internal.http.HttpErrorException;
import dev.millrace.server.internal.http.ProjectResolver;
import dev.millrace.server.internal.http.QueryParameters;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The query parameters of a read, in any of their generations.
 *
 * @param after exclusive lower bound
 * @param before exclusive upper bound; ignored if {@code live}
 * @param live whether the answer stays open and follows the stream
 * @param types only events of these types, as written in the query; empty for all
 * @param limit at most this many events
 * @param descending newest first
 * @param caughtUp whether the reader wants a {@code caught-up} frame
 * @param subtree whether all streams below are read as well; the lower bound is then a position
 * @param returning whether the reader has read this stream before: the lower bound is its {@code Last-Event-ID}
 */
public record ReadParameters(
        ReadBound after,
        ReadBound before,
        boolean live,
        Set<String> types,
        long limit,
        boolean descending,
        boolean caughtUp,
        boolean subtree,
        boolean returning) {
    private static final Map<String, Integer> GENERATIONS = generations();
    private static final Set<String> NAMING = Set.of("path", ProjectResolver.PARAMETER);
    private static final Set<String> OTHERS =
            Set.of("types", "limit", "order", "caughtUp", "subtree", "path", ProjectResolver.PARAMETER);

    public static Set<String> names() {
        Set<String> names = new LinkedHashSet<>(GENERATIONS.keySet());
        names.addAll(OTHERS);
        return names;
    }

    /** Whether a read is live if its parameters do not say so. */
    enum Default {
        /** Live unless it has an upper bound: reads that have a parameter or accept {@code text/event-stream}. */
        LIVE,
        /** Finite unless it has a lower bound and no upper one: plain reads. */
        FINITE,
        /** Always finite, because the format of the answer has an end. */
        ALWAYS_FINITE
    }

    /**
     * Parses the parameters; throws an {@link HttpErrorException} if one is invalid or two contradict each other. The
     * {@code Last-Event-ID} header replaces the lower bound of the query.
     */
    static ReadParameters read(QueryParameters query, @Nullable String lastEventId, Default fallback) {
        Optional<String> generation = generation(query);
        Optional<ReadBound> after = bound(query, "afterOffset", "after", "offset");
        Optional<ReadBound> before = bound(query, "beforeOffset", "before");
        Optional<Boolean> live = query.flag("live");
        if (lastEventId != null) {
            after = Optional.of(zeroOr("Last-Event-ID", lastEventId));
        }
        boolean subtree = query.flag("subtree").orElse(false);
        boolean follows = live.orElseGet(() -> before.isEmpty()
                && !generation.equals(Optional.of("offset"))
                && (fallback == Default.LIVE || (fallback == Default.FINITE && generation.isPresent())));
        if (subtree && (before.isPresent() || !live.orElse(true) || fallback == Default.ALWAYS_FINITE)) {
            throw HttpErrorException.badRequest(
                    "subtree",
                    "a subtree is read live only, as text/event-stream and without an upper bound; to read"
                            + " stored events, list its streams and read each of them");
        }
        follows |= subtree;
        if (fallback == Default.ALWAYS_FINITE) {
            if (live.orElse(false)) {
                throw HttpErrorException.badRequest(
                        "live", "a live read is text/event-stream; ask for that, or leave live out");
            }
            follows = false;
        }
        long limit = query.one("limit").map(ReadParameters::limit).orElse(Long.MAX_VALUE);
        boolean descending =
                query.one("order").map(ReadParameters::isDescending).orElse(false);
        if (follows && (descending || limit != Long.MAX_VALUE)) {
            String name = descending ? "order" : "limit";
            throw HttpErrorException.badRequest(
                    name, name + " is for finite reads; add beforeOffset=end to make this one finite");
        }
        return new ReadParameters(
                after.orElse(ReadBound.START),
                before.orElse(ReadBound.END),
                follows,
                types(query),
                limit,
                descending,
                query.flag("caughtUp").orElse(false),
                subtree,
                lastEventId != null && !subtree);
    }

    /**
     * Whether the reader has seen more events than the stream has, so that it has read an earlier stream with this path,
     * which was destroyed.
     */
    boolean sawAnEarlierStream(long watermark) {
        return returning && after.after(watermark) > watermark;
    }

    /** Whether a query has a parameter of reads; those that only name the stream are none. */
    static boolean anyIn(QueryParameters query) {
        return query.names().stream()
                .anyMatch(name -> GENERATIONS.containsKey(name) || (OTHERS.contains(name) && !NAMING.contains(name)));
    }

    private static Optional<String> generation(QueryParameters query) {
        Optional<String> first = Optional.empty();
        for (String name : query.names()) {
            Integer generation = GENERATIONS.get(name);
            if (generation == null) {
                if (!OTHERS.contains(name)) {
                    throw HttpErrorException.badRequest(
                            name,
                            "unknown parameter '" + name + "'; the parameters of a read are "
                                    + GENERATIONS.keySet().stream().collect(Collectors.joining(", "))
                                    + ", types, limit, order, caughtUp, subtree and projectSlug");
                }
            } else if (first.isEmpty()) {
                first = Optional.of(name);
            } else if (!generation.equals(GENERATIONS.get(first.get()))) {
                throw HttpErrorException.badRequest(
                        name,
                        "'" + first.get() + "' and '" + name
                                + "' belong to different generations of the parameters; use only one of the two");
            }
        }
        // 'offset' and 'live' are one generation: both make a read finite by default
        return first.map(name -> name.equals("live") ? "offset" : name);
    }

    private static Optional<ReadBound> bound(QueryParameters query, String... names) {
        for (String name : names) {
            Optional<String> text = query.one(name);
            if (text.isPresent()) {
                return text.map(value -> name.equals("offset") ? zeroOr(name, value) : ReadBound.read(name, value));
            }
        }
        return Optional.empty();
    }

    private static ReadBound zeroOr(String name, String text) {
        return text.equals("0") ? ReadBound.START : ReadBound.read(name, text);
    }

    private static Set<String> types(QueryParameters query) {
        Set<String> types = query.all("types").stream()
                .flatMap(list -> Arrays.stream(list.split(",")))
                .map(String::strip)
                .filter(type -> !type.isEmpty())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        if (types.isEmpty() && query.names().contains("types")) {
            throw HttpErrorException.badRequest(
                    "types", "types must name at least one type; leave it out to read all of them");
        }
        return Set.copyOf(types);
    }

    private static long limit(String text) {
        return ReadBound.positive(text)
                .orElseThrow(() ->
                        HttpErrorException.badRequest("limit", "limit must be a positive integer, got '" + text + "'"));
    }

    private static boolean isDescending(String text) {
        if (!text.equals("asc") && !text.equals("desc")) {
            throw HttpErrorException.badRequest("order", "order must be asc or desc, got '" + text + "'");
        }
        return text.equals("desc");
    }

    private static Map<String, Integer> generations() {
        Map<String, Integer> generations = new LinkedHashMap<>();
        List.of("afterOffset", "beforeOffset").forEach(name -> generations.put(name, 2));
        List.of("offset", "live").forEach(name -> generations.put(name, 1));
        List.of("after", "before").forEach(name -> generations.put(name, 15));
        return generations;
    }
}
