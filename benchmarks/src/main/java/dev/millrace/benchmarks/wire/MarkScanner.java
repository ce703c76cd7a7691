package dev.millrace.benchmarks.wire;

import dev.millrace.benchmarks.suite.MeasuredEvent;
import java.nio.ByteBuffer;
import java.util.function.LongConsumer;

/** Finds the marks of events ({@code #0000000042#}) in bytes that arrive in parts. */
final class MarkScanner {
    private static final int NONE = -1;

    private final LongConsumer marks;
    private int digits = NONE;
    private long number;

    MarkScanner(LongConsumer marks) {
        this.marks = marks;
    }

    void scan(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            byte next = bytes.get();
            if (digits == NONE) {
                if (next == '#') {
                    digits = 0;
                    number = 0;
                }
            } else if (next >= '0' && next <= '9' && digits < MeasuredEvent.DIGITS) {
                digits++;
                number = number * 10 + next - '0';
            } else if (next == '#' && digits == MeasuredEvent.DIGITS) {
                digits = NONE;
                marks.accept(number);
            } else {
                digits = next == '#' ? 0 : NONE;
                number = 0;
            }
        }
    }
}
