package dev.millrace.jsonata;

import com.dashjoin.jsonata.Functions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code $sort}: a merge sort, which takes any comparator. The comparator returns true if its first argument comes after
 * the second one, so it cannot say that two values are equal, as a comparator of Java must.
 *
 * @see <a href="https://docs.jsonata.org/array-functions#sort">the function in JSONata</a>
 */
final class SortFunction {
    private SortFunction() {}

    /** Whether the first value comes after the second one. */
    private interface Order {
        boolean isAfter(@Nullable Object left, @Nullable Object right);
    }

    static @Nullable Object sort(FunctionArguments arguments, EvaluationMeter meter) {
        if (!(arguments.at(0) instanceof List<?> values) || values.size() <= 1) {
            return arguments.at(0);
        }
        Object comparator = arguments.at(1);
        return sorted(values, comparator == null ? natural(values) : (left, right) -> isAfter(comparator, left, right));
    }

    private static Order natural(List<?> values) {
        if (values.stream().allMatch(Number.class::isInstance)) {
            return (left, right) -> left instanceof Number a && right instanceof Number b && Numbers.compare(a, b) > 0;
        }
        if (values.stream().allMatch(String.class::isInstance)) {
            return (left, right) -> left instanceof String a && right instanceof String b && a.compareTo(b) > 0;
        }
        throw new EvaluationException("$sort without a function takes an array of strings or an array of numbers; give"
                + " it a function that compares two values");
    }

    private static boolean isAfter(Object comparator, @Nullable Object left, @Nullable Object right) {
        try {
            Object answer = Functions.funcApply(comparator, Arrays.asList(left, right));
            return Boolean.TRUE.equals(Functions.toBoolean(answer));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new EvaluationException("the function of $sort failed", e);
        }
    }

    private static List<@Nullable Object> sorted(List<?> values, Order order) {
        if (values.size() <= 1) {
            return new ArrayList<>(values);
        }
        int middle = values.size() / 2;
        List<@Nullable Object> left = sorted(values.subList(0, middle), order);
        List<@Nullable Object> right = sorted(values.subList(middle, values.size()), order);
        List<@Nullable Object> merged = new ArrayList<>(values.size());
        int next = 0;
        for (Object value : left) {
            while (next < right.size() && order.isAfter(value, right.get(next))) {
                merged.add(right.get(next++));
            }
            merged.add(value);
        }
        merged.addAll(right.subList(next, right.size()));
        return merged;
    }
}
