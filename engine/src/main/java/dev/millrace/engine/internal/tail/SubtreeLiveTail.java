package dev.millrace.engine.internal.tail;

import dev.millrace.core.ConnectionInfo;
import dev.millrace.core.StreamException;
import dev.millrace.core.StreamException.Code;
import dev.millrace.core.StreamPath;
import dev.millrace.core.runner.Timers;
import dev.millrace.engine.SubtreeSink;
import dev.millrace.engine.internal.commit.CommittedChanges;
import dev.millrace.engine.internal.commit.StoreReader;
import dev.millrace.engine.spi.EventStore;
import dev.millrace.engine.spi.StreamHead;
import dev.millrace.engine.spi.StreamKey;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A live tail of a stream and all streams below it. Its cursor is one position for all streams. Its cost depends on the
 * number of commits, not on the number of idle streams.
 */
final class SubtreeLiveTail extends TailLoop {
    private static final int STANDINGS = 256;
    private static final int MOST_NOTICES = 1024;
    private static final int MOST_FOREIGN = 10_000;

    /** A destroyed stream, and the position of its removal. */
    private record Notice(long position, StreamPath path) {}

    private final TailRegistry tailRegistry;
    private final StoreReader store;
    private final SubtreeSink sink;
    private final PageSize pageSize = new PageSize();
    private final Deque<Notice> notices = new ArrayDeque<>(); // guards itself
    private long cursor;
    private long watermark = -1;
    private final boolean lists;
    private boolean isListed;
    private Optional<StreamPath> listedThrough = Optional.empty();
    private boolean isCaughtUp;
    private boolean hasRoom;
    private long foreign; // of the thread that publishes

    /**
     * Creates a tail; {@link #wake} starts it. An {@code afterPosition} above the newest record means the newest
     * record.
     */
    SubtreeLiveTail(
            TailRegistry tailRegistry,
            StoreReader store,
            Executor delivery,
            Timers timers,
            StreamKey root,
            long afterPosition,
            boolean standings,
            Function<BooleanSupplier, SubtreeSink> sink) {
        super(delivery, timers, root);
        this.tailRegistry = tailRegistry;
        this.store = store;
        this.cursor = afterPosition;
        this.lists = standings;
        this.isListed = !standings;
        this.sink = sink.apply(this::hasEnded);
    }

    /** Called after a commit. */
    void published(CommittedChanges committed) {
        committed.removed().forEach((removed, position) -> {
            if (stream().covers(removed)) {
                note(new Notice(position, removed.path()));
            }
        });
        foreign += committed.size();
        if (foreign > MOST_FOREIGN // so that the cursor does not stay far behind
                || committed.concerns(stream())) {
            foreign = 0;
            wake();
        }
    }

    private void note(Notice notice) {
        boolean full;
        synchronized (notices) {
            full = notices.size() >= MOST_NOTICES;
            if (!full) {
                notices.add(notice);
            }
        }
        if (full) {
            lose(new StreamException(
                    Code.UNAVAILABLE,
                    stream().path(),
                    "subtree tail ended: " + stream() + "; " + MOST_NOTICES
                            + " streams were destroyed and the reader did not take these notices; open another tail"));
        }
    }

    @Override
    Step step() {
        if (watermark < 0) {
            return begin();
        }
        return isListed ? deliver() : list();
    }

    private Step begin() {
        Optional<StreamHead> head = tailRegistry.head(stream());
        if (head.isEmpty()) {
            return create(sink.mayCreate(), tailRegistry::touch);
        }
        synchronized (notices) {
            notices.clear(); // streams that were destroyed before are not listed
        }
        watermark = tailRegistry.position();
        cursor = Math.min(cursor, watermark);
        return tell(() -> sink.onConnected(new ConnectionInfo(head.get().incarnation(), watermark, takeGap())));
    }

    private Step list() {
        List<EventStore.Standing> page = store.standings(stream(), listedThrough, STANDINGS);
        isListed = page.size() < STANDINGS;
        if (page.isEmpty()) {
            return Step.AGAIN;
        }
        listedThrough = Optional.of(page.get(page.size() - 1).path());
        return hand(() -> sink.onStandings(page));
    }

    private Step deliver() {
        Notice notice;
        synchronized (notices) {
            notice = notices.peekFirst();
            if (notice != null && notice.position <= cursor) {
                notices.removeFirst();
            }
        }
        if (notice != null && notice.position <= cursor) {
            StreamPath destroyed = notice.path;
            return tell(() -> sink.onDestroyed(destroyed));
        }
        if (!isCaughtUp && cursor >= watermark) {
            isCaughtUp = true;
            resetBackoff();
            return tell(() -> sink.onCaughtUp(watermark));
        }
        long bound = isCaughtUp ? tailRegistry.position() : watermark;
        bound = notice == null ? bound : Math.min(bound, notice.position);
        if (bound <= cursor) {
            return Step.AT_HEAD;
        }
        if (!hasRoom) {
            hasRoom = true;
            return hand(sink::makeRoom);
        }
        EventStore.SubtreePage page =
                store.readSubtree(stream(), cursor, bound, pageSize.records(), PageSize.MOST_BYTES);
        cursor = page.through();
        if (page.records().isEmpty()) {
            giveRoom();
            return Step.AGAIN;
        }
        hasRoom = false; // the page has taken it
        pageSize.adaptTo(page.records());
        resetBackoff();
        return hand(() -> sink.onRecords(page.records()));
    }

    private void giveRoom() {
        if (hasRoom) {
            hasRoom = false;
            sink.onNothingRead();
        }
    }

    @Override
    boolean askToContinue(StreamException lost) {
        return sink.onLost(lost);
    }

    @Override
    void beginAgain() {
        giveRoom();
        watermark = -1;
        isListed = !lists;
        listedThrough = Optional.empty();
        isCaughtUp = false;
    }

    @Override
    void callOnEnd(@Nullable Throwable why) {
        sink.onEnd(why);
    }

    @Override
    void forget() {
        tailRegistry.forget(this);
    }
}
