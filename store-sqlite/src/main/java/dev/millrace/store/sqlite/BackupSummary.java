package dev.millrace.store.sqlite;

/**
 * What a backup contains.
 *
 * @param streams the number of streams
 * @param events the number of events
 * @param bytes the size of the file
 * @param damaged how many of the events are damaged; they are in the backup as they are
 * @since 0.1
 */
public record BackupSummary(long streams, long events, long bytes, long damaged) {}
