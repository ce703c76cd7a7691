package dev.millrace.engine.spi;

import dev.millrace.core.StreamPath;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where records are kept. The engine calls {@link #begin} from its single writer thread and everything else from any
 * thread; a reader sees only what was committed, and everything that was committed before its call began.
 *
 * <p>What {@link Transaction#commit} promises is the promise of an acknowledged append: a durable store returns from it
 * only when the data is on disk. A store keeps bytes and headers; it knows no event types and no rules.
 *
 * <p>Failures are unchecked exceptions; after one, a transaction has had no effect. The contract suite {@code
 * EventStoreContract} holds every store to this.
 */
public interface EventStore extends AutoCloseable {
    /** Begins the next transaction; the one before it has been closed. Called by one thread only. */
    Transaction begin();

    /** The head of a stream, or empty when it does not exist. */
    Optional<StreamHead> head(StreamKey stream);

    /** One page of a stream, in the order the range asks for; empty when there is nothing in it. */
    List<EventRecord> read(StreamKey stream, RecordRange range);

    /** The record stored under an idempotency key of a stream. */
    Optional<EventRecord> find(StreamKey stream, String idempotencyKey);

    /** Every stream whose log holds a record of one of these types, in no particular order. May scan. */
    List<StreamKey> streamsWith(Set<String> types);

    /** How far a hosted processor has come on a stream. */
    Optional<Cursor> cursor(StreamKey stream, String processor);

    /** Every stream for which a cursor of this processor was saved, in no particular order. */
    List<StreamKey> streamsWithCursor(String processor);

    /**
     * The position of the newest record that was ever committed; 0 for none.
     *
     * @throws UnsupportedOperationException when this store cannot; subtrees of it cannot be followed then
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
     * @param limit at most this many, at least 1
     * @return may be empty although there is more: the page says how far it looked
     * @throws UnsupportedOperationException as {@link #lastPosition()}
     */
    default SubtreePage readSubtree(StreamKey root, long afterPosition, long throughPosition, int limit) {
        throw new UnsupportedOperationException("cannot follow " + root + ": this store has no reads by position");
    }

    /**
     * The streams that exist, of one and everything below it, in the order of their paths as text.
     *
     * @param after only streams whose paths come after this one; empty for the first page, which begins with the root
     * @param limit at most this many, at least 1
     * @throws UnsupportedOperationException as {@link #lastPosition()}
     */
    default List<Standing> standings(StreamKey root, Optional<StreamPath> after, int limit) {
        throw new UnsupportedOperationException("cannot follow " + root + ": this store does not list its streams");
    }

    /** Releases files and threads. No transaction is open and none will be. */
    @Override
    void close();

    /**
     * How far a hosted processor has come.
     *
     * @param incarnation the life of the stream the offset belongs to
     * @param acknowledgedThrough every effect of events up to this offset is done, or was not to be done
     */
    record Cursor(String incarnation, long acknowledgedThrough) {}

    /**
     * Where a stream stands.
     *
     * @param path the stream
     * @param head its head
     */
    record Standing(StreamPath path, StreamHead head) {}

    /**
     * A page of a subtree.
     *
     * @param records in commit order
     * @param through every record of the subtree up to this position is in this page or was before it; not below the
     *     position the page was asked for
     */
    record SubtreePage(List<EventRecord> records, long through) {}

    /**
     * What is to be copied from one stream to another.
     *
     * @param source the stream that has the records
     * @param afterOffset exclusive lower bound
     * @param throughOffset inclusive upper bound; the source has all offsets up to it
     * @param target another stream, whose last offset is {@code afterOffset}
     * @param head the head of the target afterwards
     * @param cut what the JSON of every one of these records begins with
     * @param put what stands there in the copies
     */
    @SuppressWarnings("ArrayRecordComponent") // a request; nobody compares them
    record Copy(
            StreamKey source,
            long afterOffset,
            long throughOffset,
            StreamKey target,
            StreamHead head,
            byte[] cut,
            byte[] put) {}

    /** A group of changes that becomes visible, and durable, as a whole or not at all. For one thread. */
    interface Transaction extends AutoCloseable {
        /** The head of a stream, this transaction's own changes included. */
        Optional<StreamHead> head(StreamKey stream);

        /** The record under an idempotency key, this transaction's own changes included. */
        Optional<EventRecord> find(StreamKey stream, String idempotencyKey);

        /** The position that the next appended record must carry: above every position ever committed. */
        long nextPosition();

        /**
         * Appends a record and moves the head. The record's offset is the head's last offset, and its idempotency key,
         * if any, is new to the stream; the engine sees to both.
         */
        void append(StreamKey stream, StreamHead head, EventRecord record);

        /**
         * Appends copies of another stream's records, in their order: everything is the same but their positions, which
         * are given out from {@link #nextPosition()} on, and the beginning of their JSON.
         *
         * @throws UnsupportedOperationException when this store cannot; every fork of its streams is refused then, and
         *     nothing else
         */
        default void copy(Copy copy) {
            throw new UnsupportedOperationException(
                    "cannot fork " + copy.source() + ": this store cannot copy records");
        }

        /** Removes a stream with its records, keys and cursors. Positions are not given out again. */
        void remove(StreamKey stream);

        /** Saves a cursor; nothing happens when the stream does not exist in that incarnation. */
        void saveCursor(StreamKey stream, String processor, Cursor cursor);

        /** Makes everything durable and visible. */
        void commit();

        /** Discards everything that was not committed. */
        @Override
        void close();
    }
}
