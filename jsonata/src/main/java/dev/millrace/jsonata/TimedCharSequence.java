package dev.millrace.jsonata;

/** A text that checks the meter's time while it is read, so that a search in it ends. Confined to one thread. */
final class TimedCharSequence implements CharSequence {
    private static final int BETWEEN_LOOKS = 1024;

    private final String text;
    private final EvaluationMeter meter;
    private int reads;

    TimedCharSequence(String text, EvaluationMeter meter) {
        this.text = text;
        this.meter = meter;
    }

    @Override
    public char charAt(int index) {
        if (++reads == BETWEEN_LOOKS) {
            reads = 0;
            meter.checkTime();
        }
        return text.charAt(index);
    }

    @Override
    public int length() {
        return text.length();
    }

    @Override
    public CharSequence subSequence(int start, int end) {
        return text.substring(start, end);
    }

    @Override
    public String toString() {
        return text;
    }
}
