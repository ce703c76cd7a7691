package dev.millrace.server.internal.http;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The decoded query parameters of a request. Immutable. */
public final class QueryParameters {
    private final Map<String, List<String>> values;

    private QueryParameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /**
     * Decodes a raw query; null means none. Throws an {@link HttpErrorException} unless it is percent-encoded UTF-8.
     */
    public static QueryParameters of(@Nullable String raw) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        for (String pair : raw == null ? new String[0] : raw.split("&")) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = decode(equals < 0 ? pair : pair.substring(0, equals));
                String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
                values.computeIfAbsent(name, any -> new ArrayList<>()).add(value);
            }
        }
        return new QueryParameters(values);
    }

    /** All parameters with their values, in the order of the query. */
    public Map<String, List<String>> all() {
        return Collections.unmodifiableMap(values);
    }

    public Set<String> names() {
        return values.keySet();
    }

    public List<String> all(String name) {
        return values.getOrDefault(name, List.of());
    }

    /** The value of a parameter; throws an {@link HttpErrorException} if it was given with two different values. */
    public Optional<String> one(String name) {
        List<String> all = all(name);
        if (all.stream().distinct().count() > 1) {
            throw HttpErrorException.badRequest(
                    name, name + " was given with different values: " + all + "; give it once");
        }
        return all.stream().findFirst();
    }

    /**
     * A boolean parameter: {@code true} or {@code 1}, {@code false} or {@code 0}; throws an {@link HttpErrorException}
     * for anything else.
     */
    public Optional<Boolean> flag(String name) {
        return one(name).map(value -> switch (value) {
            case "true", "1" -> true;
            case "false", "0" -> false;
            default -> throw HttpErrorException.badRequest(name, name + " must be true or false, got '" + value + "'");
        });
    }

    private static String decode(String raw) {
        try {
            return PercentDecoder.decode(raw, true);
        } catch (IllegalArgumentException e) {
            throw HttpErrorException.badRequest("query", "the query cannot be decoded: " + e.getMessage());
        }
    }
}
