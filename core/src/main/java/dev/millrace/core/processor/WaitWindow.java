package dev.millrace.core.processor;

import dev.millrace.core.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;

/**
 * A short time in which others may append what they have to say before a processor goes ahead, as part of its state. A {@link
 * WaitWindowRunner} does the waiting. What belongs to the window is decided by offsets and never by clocks: the event that closes it
 * says through which offset, so every replay finds the same. An immutable value that JSON can carry.
 *
 * @param openedAt the offset of the event that opened it, 0 for none yet
 * @param openedOn the time of that event
 * @param most how long to wait at most
 * @param awaited who has not answered yet, in alphabetical order
 * @param waitsForSome whether it named whom it waits for, and may therefore end early
 * @param contributions the offsets of what was appended for it, ascending
 * @param open whether it was opened and not closed
 */
public record WaitWindow(
        long openedAt,
        Instant openedOn,
        Duration most,
        List<String> awaited,
        boolean waitsForSome,
        List<Long> contributions,
        boolean open) {
    /** The bound of the talk: long enough for who is near, too short to be noticed. */
    public static final Duration USUAL = Duration.ofMillis(200);

    private static final WaitWindow NONE =
            new WaitWindow(0, Instant.EPOCH, Duration.ZERO, List.of(), false, List.of(), false);

    /** Keeps copies. */
    public WaitWindow {
        awaited = List.copyOf(awaited);
        contributions = List.copyOf(contributions);
    }

    /** There was none yet. */
    public static WaitWindow none() {
        return NONE;
    }

    /**
     * This event opens a new window; one that is open ends unheard.
     *
     * @param most how long to wait at most, not negative
     * @param whom who is expected to answer; when all of them have, the window is complete before its time. With none
     *     it always takes its time
     */
    public WaitWindow opened(Event event, Duration most, String... whom) {
        if (most.isNegative()) {
            throw new IllegalArgumentException("a window cannot be negative, got " + most);
        }
        List<String> expected = List.copyOf(new TreeSet<>(Arrays.asList(whom)));
        return new WaitWindow(event.offset(), event.createdAt(), most, expected, !expected.isEmpty(), List.of(), true);
    }

    /** This event is what {@code who} has to say. Whoever is not awaited may say something too. Nothing when closed. */
    public WaitWindow contributed(String who, Event event) {
        if (!open) {
            return this;
        }
        List<Long> more = new ArrayList<>(contributions);
        more.add(event.offset());
        return new WaitWindow(openedAt, openedOn, most, without(who), waitsForSome, more, true);
    }

    /** {@code who} has nothing to say. Nothing when closed. */
    public WaitWindow declined(String who) {
        return open ? new WaitWindow(openedAt, openedOn, most, without(who), waitsForSome, contributions, true) : this;
    }

    /**
     * The processor went ahead with what there was through this offset; what came in between and is newer is late, and
     * is not among {@link #contributions()}. Nothing when closed.
     */
    public WaitWindow closed(long through) {
        if (!open) {
            return this;
        }
        List<Long> inTime =
                contributions.stream().filter(offset -> offset <= through).toList();
        return new WaitWindow(openedAt, openedOn, most, awaited, waitsForSome, inTime, false);
    }

    /** Whether nobody has to be waited for any longer. */
    public boolean complete() {
        return open && waitsForSome && awaited.isEmpty();
    }

    /** The newest offset that belongs to it: what the closing event has to say. */
    public long through() {
        return contributions.isEmpty() ? openedAt : contributions.get(contributions.size() - 1);
    }

    /**
     * Until when to wait: {@code now} when there is nothing to wait for, and never more than {@link #most()} later,
     * whatever the clocks of service and process say.
     *
     * @param now by the clock of the process
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
