package dev.millrace.store.sqlite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A check whether events are missing that were on disk once: the database has fewer than its {@link Mark} says, or
 * others, or lacks its write-ahead log. Then it is not opened, unless the loss is accepted.
 */
final class LossCheck {
    private static final System.Logger LOG = System.getLogger(LossCheck.class.getPackageName());
    private static final String RESTORE = "find the newer millrace.db and millrace.db-wal and put them here";

    private final Path file;
    private final Optional<Mark> mark;
    private final boolean accepted;

    LossCheck(Path file, Optional<Mark> mark, boolean accepted) {
        this.file = file;
        this.mark = mark;
        this.accepted = accepted;
    }

    /** Before the database is opened, which creates it. */
    void requireFile() throws IOException {
        if (mark.isPresent() && mark.get().lastPosition() > 0) {
            String fact =
                    !Files.exists(file) ? "the file is missing" : Files.size(file) == 0 ? "the file is empty" : "";
            if (!fact.isEmpty()) {
                lost(fact + missing(0), RESTORE);
            }
        }
    }

    /** A database of schema version 1 has no id. Its mark was written after a conversion, so it is an older copy. */
    void requireNew(int version) {
        if (version < DatabaseSchema.WITH_CHECKSUMS) {
            differenceOfOld().ifPresent(why -> lost(why, RESTORE));
        }
    }

    /** What {@link #requireNew} finds. */
    Optional<String> differenceOfOld() {
        return mark.map(newer -> "it is a copy of before its conversion, and its mark is newer: events up to position "
                + newer.lastPosition() + " were here");
    }

    /** Compares the database with its mark; {@code checksum} is that of the event that the mark calls the newest. */
    void compare(Mark found, Optional<Integer> checksum) {
        difference(found, checksum).ifPresent(why -> lost(why, RESTORE));
    }

    /** What {@link #compare} finds. */
    Optional<String> difference(Mark found, Optional<Integer> checksum) {
        if (mark.isEmpty()) {
            return Optional.empty();
        }
        Mark expected = mark.get();
        if (found.database() != expected.database()) {
            return Optional.of("it is another database than the one that was here, which had events up to position "
                    + expected.lastPosition());
        }
        if (found.lastPosition() < expected.lastPosition()) {
            return Optional.of("it is older than its mark" + missing(found.lastPosition()));
        }
        return checksum.filter(value -> value != expected.checksum())
                .map(value -> "it has another event at position " + expected.newest()
                        + " than its mark: it is an older copy that was written since");
    }

    /** Whether the events that are there count as all of them. */
    boolean isAccepted() {
        return accepted;
    }

    /** The position of the event whose checksum {@link #compare} needs. */
    long newest() {
        return mark.map(Mark::newest).orElse(0L);
    }

    /**
     * The database was not closed, and its write-ahead log is missing. If it has nothing of what was written after it
     * was opened, it was copied alone. If it has something, another program may have moved the log into it after a
     * crash, for example {@code sqlite3}.
     */
    void missingLog(boolean hasNewer, long events) {
        String why = "it was not closed, and its write-ahead log " + file.getFileName() + "-wal is missing";
        if (!hasNewer) {
            lost(
                    why + ": this is the file of a running server, copied alone; it has " + events
                            + " events, and the newest are lost",
                    "use 'millrace backup' to copy, or find the log and put it beside the file");
        } else if (mark.isEmpty()) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the newest events may be lost: " + file + "; " + why + "; it has " + events
                            + " events; if this is a copy of a running server's file, stop and use 'millrace backup';"
                            + " if another program has opened the file after a crash, all is well");
        } else {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "events of the last seconds before a crash may be lost: " + file + "; " + why + "; it has " + events
                            + " events; if another program has opened the file after the crash, all is well");
        }
    }

    private String missing(long has) {
        long had = mark.map(Mark::lastPosition).orElse(0L);
        return had - has == 1
                ? ": 1 event is missing, the one at position " + had
                : ": " + (had - has) + " events are missing, those at the positions " + (has + 1) + " to " + had;
    }

    private void lost(String why, String advice) {
        if (accepted) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the loss of events is accepted: " + file + "; " + why + "; the mark is written anew");
            return;
        }
        throw new UncheckedIOException(
                "cannot open the event store: " + file + "; " + why + "; " + advice
                        + "; to go on without them, for example with an older backup, use 'millrace serve --accept-loss'"
                        + " or SqliteEventStore.openAcceptingLoss; see docs/backup.md",
                new IOException(why));
    }
}
