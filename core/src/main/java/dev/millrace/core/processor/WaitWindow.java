package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * A short time in which other processors may append events before a processor continues; a part of its state. A {@link
 * WaitWindowRunner} does the waiting. Offsets, not clocks, decide which events belong to the window: the closing event
 * names the last offset, so every replay computes the same. An immutable value that can be written as JSON.
 *
 * @param openedAt the offset of the event that opened it, 0 for none yet
 * @param openedOn the time of that event
 * @param most the longest time to wait
 * @param awaited the processors without an answer yet, in alphabetical order
 * @param waitsForSome true if the window names the processors it waits for, and may therefore end early
 * @param contributions the offsets of the events that were appended for it, ascending
 * @param open true if it was opened and not closed
 * @since 0.1
 */
public record WaitWindow(
        long openedAt,
        Instant openedOn,
        Duration most,
        List<String> awaited,
        boolean waitsForSome,
        List<Long> contributions,
        boolean open) {
    /** The usual time, 200 ms: long enough for a processor on the same network, too short for a person to notice. */
    public static final Duration USUAL = Duration.ofMillis(200);

    private static final WaitWindow NONE =
            new WaitWindow(0, Instant.EPOCH, Duration.ZERO, List.of(), false, List.of(), false);

    public WaitWindow {
        awaited = List.copyOf(awaited);
        contributions = List.copyOf(contributions);
    }

    /** The value before the first window. */
    public static WaitWindow none() {
        return NONE;
    }

    /**
     * Opens a new window with this event; a window that is open is dropped.
     *
     * @param most the longest time to wait, not negative
     * @param whom the processors to wait for: when all of them have answered, the window is complete before its time.
     *     If none is named, the window always lasts {@code most}
     */
    public WaitWindow opened(Event event, Duration most, String... whom) {
        if (most.isNegative()) {
            throw new IllegalArgumentException("a window cannot be negative, got " + most);
        }
        List<String> expected = List.copyOf(new TreeSet<>(Arrays.asList(whom)));
        return new WaitWindow(event.offset(), event.createdAt(), most, expected, !expected.isEmpty(), List.of(), true);
    }

    /** Adds an event of {@code who}, awaited or not, and counts it as an answer. No change if it is closed. */
    public WaitWindow contributed(String who, Event event) {
        if (!open) {
            return this;
        }
        List<Long> more = new ArrayList<>(contributions);
        more.add(event.offset());
        return new WaitWindow(openedAt, openedOn, most, without(who), waitsForSome, more, true);
    }

    /** Counts an answer of the processor {@code who} without an event. No change if the window is closed. */
    public WaitWindow declined(String who) {
        return open ? new WaitWindow(openedAt, openedOn, most, without(who), waitsForSome, contributions, true) : this;
    }

    /**
     * Closes the window: the processor continues with the events up to this offset. Later events are removed from
     * {@link #contributions()}. No change if the window is closed.
     */
    public WaitWindow closed(long through) {
        if (!open) {
            return this;
        }
        List<Long> inTime =
                contributions.stream().filter(offset -> offset <= through).toList();
        return new WaitWindow(openedAt, openedOn, most, awaited, waitsForSome, inTime, false);
    }

    /** True if all awaited processors have answered, so that there is no need to wait longer. */
    public boolean complete() {
        return open && waitsForSome && awaited.isEmpty();
    }

    /** The last offset that belongs to the window; the closing event must contain it. */
    public long through() {
        return contributions.isEmpty() ? openedAt : contributions.get(contributions.size() - 1);
    }

    /**
     * The time until which to wait: {@code now} if there is nothing to wait for, and at most {@link #most()} later,
     * even if the clocks of service and process differ.
     *
     * @param now the time of the process's clock
     */
    public Instant closesAt(Instant now) {
        if (!open || complete()) {
            return now;
        }
        Instant due = openedOn.plus(most);
        Instant latest = now.plus(most);
        return due.isBefore(latest) ? due : latest;
    }

    private List<String> without(String who) {
        return awaited.stream().filter(name -> !name.equals(who)).toList();
    }
}
