package dev.millrace.engine.internal.tail;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.RecordSink;
import dev.millrace.engine.spi.EventRecord;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A live tail of one stream. It has a cursor and no queue: after a commit it reads page after page and passes them to
 * its sink, until it has reached the head.
 */
final class StreamLiveTail extends TailLoop {
    private final TailRegistry tailRegistry;
    private final RecordSink sink;
    private final PageSize pageSize = new PageSize();
    private long cursor;
    private long watermark = -1;
    private String incarnation = "";
    private boolean isCaughtUp;
    private boolean hasRoom;

    /** Creates a tail; {@link #wake} starts it. The argument of {@code sink} tells whether the tail has ended. */
    StreamLiveTail(
            TailRegistry tailRegistry,
            Executor delivery,
            Timers timers,
            StreamKey stream,
            long afterOffset,
            Function<BooleanSupplier, RecordSink> sink) {
        super(delivery, timers, stream);
        this.tailRegistry = tailRegistry;
        this.cursor = afterOffset;
        this.sink = sink.apply(this::hasEnded);
    }

    /** Whether the reader is in this process and gets events, not records. */
    boolean isSubscriber() {
        return sink instanceof SubscriberSink;
    }

    @Override
    Step step() {
        return watermark < 0 ? begin() : deliver();
    }

    @Override
    boolean askToContinue(StreamException lost) {
        return sink.onLost(lost);
    }

    @Override
    void beginAgain() {
        giveRoom();
        watermark = -1;
        isCaughtUp = false;
    }

    @Override
    void callOnEnd(@Nullable Throwable why) {
        sink.onEnd(why);
    }

    @Override
    void forget() {
        tailRegistry.forget(stream(), this);
    }

    private Step begin() {
        Optional<StreamHead> head = tailRegistry.head(stream());
        if (head.isEmpty()) {
            return create(sink.mayCreate(), tailRegistry::touch);
        }
        watermark = head.get().lastOffset();
        incarnation = head.get().incarnation();
        return tell(() -> {
            if (cursor > watermark && sink.onTooShort()) {
                cursor = 0;
            }
            sink.onConnected(new ConnectionInfo(incarnation, watermark, takeGap()));
        });
    }

    private Step deliver() {
        if (!isCaughtUp && cursor >= watermark) {
            isCaughtUp = true;
            resetBackoff();
            return tell(() -> sink.onCaughtUp(watermark));
        }
        Optional<List<RecentRecord>> recent =
                isCaughtUp ? tailRegistry.recent(stream(), cursor, pageSize.records()) : Optional.empty();
        if (recent.isEmpty() && !hasRoom) {
            hasRoom = true;
            return hand(sink::makeRoom);
        }
        List<EventRecord> page = recent.map(StreamLiveTail::records).orElseGet(this::read);
        if (page.isEmpty()) {
            giveRoom();
        }
        hasRoom = false; // a page has taken it
        if (hasEnded()) {
            return Step.AGAIN; // the page may belong to the next incarnation of a destroyed stream
        }
        if (page.isEmpty()) {
            if (!isCaughtUp && isSameIncarnation()) {
                throw new StreamException(
                        Code.INTERNAL,
                        stream().path(),
                        "tail failed: " + stream() + "@" + cursor + "; the stream has offset " + watermark
                                + ", but no event after " + cursor + " can be read: the store may be damaged; stop the"
                                + " server, run sqlite3 millrace.db \"PRAGMA integrity_check\", and restore a backup"
                                + " (docs/backup.md) if it reports errors");
            }
            return Step.AT_HEAD; // or destroyed; the tail will be closed soon
        }
        pageSize.adaptTo(page);
        cursor = page.get(page.size() - 1).offset();
        resetBackoff();
        return hand(() -> recent.isPresent() && sink instanceof SubscriberSink subscriber
                ? subscriber.onRecent(recent.get())
                : sink.onRecords(page));
    }

    private static List<EventRecord> records(List<RecentRecord> recent) {
        return recent.stream().map(RecentRecord::record).toList();
    }

    /** Reads from the log, for which the sink has made room. */
    private List<EventRecord> read() {
        return isCaughtUp
                ? tailRegistry.live(stream(), cursor, pageSize.records())
                : tailRegistry.backlog(stream(), cursor, watermark, pageSize.records());
    }

    private void giveRoom() {
        if (hasRoom) {
            hasRoom = false;
            sink.onNothingRead();
        }
    }

    private boolean isSameIncarnation() {
        return tailRegistry
                .head(stream())
                .filter(head -> head.incarnation().equals(incarnation))
                .isPresent();
    }
}
