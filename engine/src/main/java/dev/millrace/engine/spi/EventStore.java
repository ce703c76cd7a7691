package dev.millrace.engine.spi;

import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A store of event records. It keeps bytes and headers, and knows no event types and no append rules.
 *
 * <p>An append has three steps. The engine asks for {@link #facts}. It decides what to store. It gives the store a
 * {@link Proposal}: the changes, and the beliefs about the store on which the decision depends. {@link #commit} makes
 * all changes and gives the new events their positions, offsets and times; or it finds that a belief is not true (any
 * more) and changes nothing. Then the engine decides again from new facts. So several engines can append to one store,
 * if it allows that; each learns from the store's log what the others commit: see {@link #entries}.
 *
 * <p>An append is acknowledged when {@link #commit} returns, so a durable store returns only when the data is on disk.
 * A read sees everything that was committed before the call, and nothing that is not committed. Thread-safe. Failures
 * are unchecked exceptions. {@code EventStoreContract} in the contract suite tests every store.
 *
 * <p>A durable store finds out when it reads a record whether it is what was appended, for example by a checksum. If it
 * is not, the store hands it out without its body, see {@link EventRecord#isDamaged()}; so readers learn that it is
 * damaged, and get the records around it. A copy of a damaged record is damaged.
 *
 * @since 0.1
 */
public interface EventStore extends AutoCloseable {
    /** What the store holds now. Nothing has to be closed; the engine asks for new facts for every proposal. */
    Facts facts();

    /**
     * Makes all changes of a proposal visible and durable, or none. It gives successive positions to all records that
     * become part of the log, copies included, and to all removals, in the order of the changes. An engine makes one call at a time, from any thread;
     * that may be the thread of an application, so an interrupt must neither stop the call nor be cleared by it.
     *
     * @return a placement for each {@link Change.Append} and each {@link Change.Remove}, in order
     * @throws StaleFactsException if a belief is not true, or an appended key is taken; nothing is stored
     * @throws UncertainCommitException if the store does not know whether the proposal is stored
     * @throws UnsupportedOperationException if the store cannot make a {@link Change.Copy}; nothing is stored
     */
    List<Placement> commit(Proposal proposal);

    /**
     * A page of the log of all streams, in the order of positions. A store that one engine uses at a time need not have
     * it.
     *
     * @param afterPosition exclusive lower bound
     * @param limit at most this many entries, at least 1; there are no more if the page has fewer
     */
    default List<LogEntry> entries(long afterPosition, int limit) {
        throw new UnsupportedOperationException("cannot read the log: this store has no feed of commits");
    }

    /**
     * Has a listener called soon after every commit of any engine, on any thread; calls can be merged. It returns at
     * once and throws nothing. The engine then reads {@link #entries}.
     *
     * @return ends the calls; empty if only one engine at a time can use this store, so that it needs no calls
     */
    default Optional<Runnable> onCommit(Runnable listener) {
        return Optional.empty();
    }

    /** The head of a stream; empty if the stream does not exist. */
    Optional<StreamHead> head(StreamKey stream);

    /** One page of a stream, in the order that the range names. */
    List<EventRecord> read(StreamKey stream, RecordRange range);

    /** The record stored under an idempotency key of a stream. */
    Optional<EventRecord> find(StreamKey stream, String idempotencyKey);

    /** Every stream whose log holds a record of one of these types, in no particular order. May scan. */
    List<StreamKey> streamsWith(Set<String> types);

    /** The saved progress of a hosted processor on a stream. */
    Optional<Cursor> cursor(StreamKey stream, String processor);

    /** Every stream for which a cursor of this processor was saved, in no particular order. */
    List<StreamKey> streamsWithCursor(String processor);

    /**
     * The position of the newest entry that was ever committed; 0 for none.
     *
     * @throws UnsupportedOperationException if this store does not support live tails of subtrees
     */
    default long lastPosition() {
        throw new UnsupportedOperationException("cannot follow subtrees: this store does not tell its last position");
    }

    /**
     * The next records of a stream and of everything below it, in commit order.
     *
     * @param root the stream on top
     * @param afterPosition exclusive lower bound
     * @param throughPosition inclusive upper bound, never above a position that was committed
     * @param limit at most this many records, at least 1
     * @param mostBytes the page ends after the record with which its JSON has so many bytes, even if there are more
     * @return can be empty although more records follow: its {@code through} says how far the store searched
     * @throws UnsupportedOperationException as {@link #lastPosition()}
     */
    default SubtreePage readSubtree(
            StreamKey root, long afterPosition, long throughPosition, int limit, long mostBytes) {
        throw new UnsupportedOperationException("cannot follow " + root + ": this store has no reads by position");
    }

    /**
     * The existing streams of a subtree, in the order of their paths as text.
     *
     * @param after only streams with paths after this one; empty for the first page, which begins with the root
     * @param limit at most this many streams, at least 1
     * @throws UnsupportedOperationException as {@link #lastPosition()}
     */
    default List<Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        throw new UnsupportedOperationException("cannot follow " + root + ": this store does not list its streams");
    }

    /** Releases files and threads. No call is running, and none will begin. */
    @Override
    void close();

    /**
     * The progress of a hosted processor on a stream.
     *
     * @param incarnation the incarnation of the stream
     * @param acknowledgedThrough no event up to this offset still needs effects
     */
    record Cursor(String incarnation, long acknowledgedThrough) {}

    /**
     * A stream and its head.
     *
     * @param path the stream
     * @param head its head
     */
    record Standing(StreamPath path, StreamHead head) {}

    /**
     * A page of a subtree.
     *
     * @param records in commit order
     * @param through the position up to which the store searched: later pages hold no record at or below it
     */
    record SubtreePage(List<EventRecord> records, long through) {}
}
