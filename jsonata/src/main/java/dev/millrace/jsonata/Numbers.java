package dev.millrace.jsonata;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.jspecify.annotations.Nullable;

/**
 * Numbers as the evaluator uses them: equal numbers have equal objects, so that it can compare, sort and index them. A
 * whole number is an {@code Integer}, or a {@code Long} if it is larger; another number is a {@code Double} if a double
 * has its value, else a {@code BigDecimal} without trailing zeros.
 */
final class Numbers {
    private static final BigDecimal LEAST = BigDecimal.valueOf(Long.MIN_VALUE);
    private static final BigDecimal MOST = BigDecimal.valueOf(Long.MAX_VALUE);

    private Numbers() {}

    /** The same number in its only form; not finite doubles stay as they are. */
    static Number canonical(Number number) {
        if (number instanceof Integer) {
            return number;
        }
        if (number instanceof Long || number instanceof Short || number instanceof Byte) {
            return whole(number.longValue());
        }
        if (number instanceof Double || number instanceof Float) {
            double value = number.doubleValue();
            boolean isWhole = value == Math.rint(value) && Math.abs(value) < 0x1p63;
            return isWhole ? whole((long) value) : (Number) value;
        }
        return canonical(number instanceof BigDecimal exact ? exact : new BigDecimal((BigInteger) number));
    }

    private static Number canonical(BigDecimal exact) {
        int digitsBeforePoint = exact.precision() - exact.scale();
        if (digitsBeforePoint > 400 || exact.signum() == 0) {
            return exact.signum() == 0 ? (Number) 0 : exact;
        }
        boolean isWhole = digitsBeforePoint > 0
                && (exact.scale() <= 0 || exact.stripTrailingZeros().scale() <= 0);
        if (isWhole && exact.compareTo(LEAST) >= 0 && exact.compareTo(MOST) <= 0) {
            return whole(exact.longValueExact());
        }
        double near = exact.doubleValue();
        boolean isExact = Double.isFinite(near) && new BigDecimal(Double.toString(near)).compareTo(exact) == 0;
        return isExact ? (Number) near : exact.stripTrailingZeros();
    }

    private static Number whole(long value) {
        return value == (int) value ? (Number) (int) value : (Number) value;
    }

    /** Compares two numbers by value. */
    static int compare(Number left, Number right) {
        if (left instanceof Double || right instanceof Double) {
            int near = Double.compare(left.doubleValue(), right.doubleValue());
            if (near != 0) {
                return near;
            }
        }
        return decimal(left).compareTo(decimal(right));
    }

    private static BigDecimal decimal(Number number) {
        return number instanceof BigDecimal exact ? exact : new BigDecimal(number.toString());
    }

    /** A number in its only form, or another value as it is. */
    static @Nullable Object normalize(@Nullable Object value) {
        return value instanceof Number number ? canonical(number) : value;
    }
}
