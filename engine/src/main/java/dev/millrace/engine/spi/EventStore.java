package dev.millrace.engine.spi;

import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A store of event records. It keeps bytes and headers, and knows no event types and no append rules. The engine calls
 * {@link #begin} and the transactions only on its writer thread, and all other methods on any thread. A read sees
 * everything that was committed before the call, and nothing that is not committed.
 *
 * <p>An append is acknowledged when {@link Transaction#commit} returns, so a durable store returns only when the data
 * is on disk. Failures are unchecked exceptions; a transaction that failed has no effect. {@code EventStoreContract} in
 * the contract suite tests every store.
 *
 * @since 0.1
 */
public interface EventStore extends AutoCloseable {
    /** Begins a transaction. The engine has closed the one before it. */
    Transaction begin();

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
     * The position of the newest record that was ever committed; 0 for none.
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

    /** Releases files and threads. No transaction is open, and none will begin. */
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

    /**
     * A request to copy records from one stream to another.
     *
     * @param source the stream with the records
     * @param afterOffset exclusive lower bound
     * @param throughOffset inclusive upper bound; the source has all offsets up to it
     * @param target another stream, whose last offset is {@code afterOffset}
     * @param head the head of the target afterwards
     */
    record Copy(StreamKey source, long afterOffset, long throughOffset, StreamKey target, StreamHead head) {}

    /** A group of changes that becomes visible and durable as a whole or not at all. For one thread. */
    interface Transaction extends AutoCloseable {
        /** The head of a stream, including the changes of this transaction. */
        Optional<StreamHead> head(StreamKey stream);

        /** The record under an idempotency key, including the changes of this transaction. */
        Optional<EventRecord> find(StreamKey stream, String idempotencyKey);

        /** The position of the next appended record: above every position that was ever committed. */
        long nextPosition();

        /**
         * Appends a record and replaces the head. The engine makes sure that the record's offset is the head's last
         * offset, and that the stream does not contain its idempotency key.
         */
        void append(StreamKey stream, StreamHead head, EventRecord record);

        /**
         * Appends copies of another stream's records, in order. The copies differ in their stream and in their positions,
         * which start with {@link #nextPosition()}.
         *
         * @throws UnsupportedOperationException if this store does not support forks
         */
        default void copy(Copy copy) {
            throw new UnsupportedOperationException(
                    "cannot fork " + copy.source() + ": this store cannot copy records");
        }

        /** Removes a stream with its records, keys and cursors. Their positions are not used again. */
        void remove(StreamKey stream);

        /** Saves a cursor. Does nothing if the stream does not exist in that incarnation. */
        void saveCursor(StreamKey stream, String processor, Cursor cursor);

        /** Makes everything durable and visible. */
        void commit();

        /** Discards everything that was not committed. */
        @Override
        void close();
    }
}
