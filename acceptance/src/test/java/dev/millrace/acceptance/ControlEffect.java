package dev.millrace.acceptance;

import dev.millrace.core.StreamPath;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Something that a caller can do to the processors of a stream, and how it may try that with appends. */
interface ControlEffect {
    /** The effects of all kinds, in the order of the table of the page. */
    static List<ControlEffect> all() {
        return Stream.of(DirectEffect.values(), KeyEffect.values(), HiddenEffect.values(), ForgedEffect.values())
                .<ControlEffect>flatMap(Arrays::stream)
                .toList();
    }

    String name();

    /** The row of this effect in the table of the page. */
    String row();

    /** Whether it makes sense to try it with a fork; copied events cause no effects. */
    default boolean worksByFork() {
        return false;
    }

    /** Whether each event is an attempt of its own: a batch is refused because of the first one. */
    default boolean isOneByOne() {
        return false;
    }

    /** Whether {@code append} alone stores nothing at all. */
    default boolean isRefused() {
        return isOneByOne();
    }

    /** What the operator of the server does before. */
    default void prepare(TokenArena arena, StreamPath path) {}

    /** The stream to which the caller appends. */
    default StreamPath target(StreamPath path) {
        return path;
    }

    /** The events with which the caller tries it. */
    List<String> events(TokenArena arena, StreamPath path);

    /** Whether the caller had success; also appends what shows it. */
    boolean happened(TokenArena arena, StreamPath path);
}
