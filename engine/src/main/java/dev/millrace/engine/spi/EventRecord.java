package dev.millrace.engine.spi;

import java.time.Instant;
import java.util.Optional;

/**
 * A stored event: a small header, and the bytes that readers get.
 *
 * @param position its number among all records of the store; ascending in commit order, possibly with gaps
 * @param offset its number in its stream, from 1
 * @param createdAt when it was committed, to the millisecond
 * @param type the type as the caller wrote it
 * @param idempotencyKey the key by which the store finds it, if it has one: that of a caller's event has a space before
 *     the key that readers see. The key alone is in {@code json}
 * @param json the whole event as on the wire: compact, UTF-8, numbers as the caller wrote them. Do not modify
 * @since 0.1
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record EventRecord(
        long position, long offset, Instant createdAt, String type, Optional<String> idempotencyKey, byte[] json) {}
