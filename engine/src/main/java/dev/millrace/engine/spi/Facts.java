package dev.millrace.engine.spi;

import java.util.Optional;

/**
 * What a store held at one moment. The engine decides from it, and then commits a {@link Proposal}. For one thread.
 *
 * @since 0.1
 */
public interface Facts {
    /** The number of the moment: a store gives another number after every commit. */
    long moment();

    /**
     * The head of a stream; empty if the stream does not exist.
     *
     * @throws StaleFactsException if the store does not know any more what it held at the moment
     */
    Optional<StreamHead> head(StreamKey stream);

    /**
     * The record under an idempotency key of a stream.
     *
     * @throws StaleFactsException as {@link #head}
     */
    Optional<EventRecord> find(StreamKey stream, String idempotencyKey);
}
