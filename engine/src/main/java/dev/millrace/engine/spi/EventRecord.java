package dev.millrace.engine.spi;

import java.time.Instant;
import java.util.Optional;

/**
 * One stored event: a small header, and the bytes that readers get.
 *
 * @param position where it was committed among all records of the store; ascending in commit order, with gaps allowed
 * @param offset where it stands in its stream, from 1
 * @param createdAt when it was committed, to the millisecond
 * @param type the type as it was written
 * @param idempotencyKey its key, if it has one
 * @param json the whole event as the wire has it: compact, UTF-8, numbers as they were written. Do not modify
 */
@SuppressWarnings("ArrayRecordComponent") // the bytes are the record; nobody compares records
public record EventRecord(
        long position, long offset, Instant createdAt, String type, Optional<String> idempotencyKey, byte[] json) {}
