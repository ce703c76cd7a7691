package dev.millrace.jsonata;

import com.dashjoin.jsonata.Utils.RangeList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A limiter of the size of values: eight for each value and member, and one for each character. A shared part counts
 * each time it occurs, so a small graph that would become a huge tree is found without a walk over that tree.
 */
final class ValueSizeLimiter {
    private static final int HIGHEST = 500;
    private static final int NODE = 8;

    private final long heaviest;
    private final long longest;
    private final IdentityHashMap<Object, Known> known = new IdentityHashMap<>();

    private record Known(int size, long weight, int height) {}

    ValueSizeLimiter(long heaviest, long longest) {
        this.heaviest = heaviest;
        this.longest = longest;
    }

    /** @throws EvaluationException if the value is too large, or nested too deeply */
    long weigh(@Nullable Object value) {
        return measure(value, 0).weight;
    }

    /** Refuses a string of so many characters before it is created, if it is too long. */
    void admit(long characters) {
        if (characters > longest) {
            throw new EvaluationException(
                    "it makes a string of " + characters + " characters (limit: " + longest + ")");
        }
    }

    private Known measure(@Nullable Object value, int above) {
        if (value instanceof String text) {
            admit(text.length());
            return new Known(0, NODE + text.length(), 0);
        }
        if (value instanceof RangeList range) {
            return sized(new Known(range.size(), NODE + (long) NODE * range.size(), 1));
        }
        if (value instanceof List<?> list) {
            Known before = known.get(list);
            return before != null && before.size == list.size() ? before : remember(list, list(list, above));
        }
        if (value instanceof Map<?, ?> map) {
            Known before = known.get(map);
            return before != null && before.size == map.size() ? before : remember(map, map(map, above));
        }
        return new Known(0, NODE, 0);
    }

    private Known list(List<?> list, int above) {
        long weight = NODE;
        int height = 0;
        for (Object item : list) {
            Known inner = measure(item, above + 1);
            weight += inner.weight;
            height = Math.max(height, inner.height + 1);
            sized(new Known(0, weight, height + above));
        }
        return new Known(list.size(), weight, height);
    }

    private Known map(Map<?, ?> map, int above) {
        long weight = NODE;
        int height = 0;
        for (Map.Entry<?, ?> member : map.entrySet()) {
            Known inner = measure(member.getValue(), above + 1);
            weight += inner.weight + measure(member.getKey(), above + 1).weight;
            height = Math.max(height, inner.height + 1);
            sized(new Known(0, weight, height + above));
        }
        return new Known(map.size(), weight, height);
    }

    private Known remember(Object container, Known measured) {
        known.put(container, measured);
        return measured;
    }

    private Known sized(Known measured) {
        if (measured.weight > heaviest) {
            throw new EvaluationException("it makes too large a value (limit: weight " + heaviest + ")");
        }
        if (measured.height > HIGHEST) {
            throw new EvaluationException("it nests values too deeply (limit: " + HIGHEST + ")");
        }
        return measured;
    }
}
