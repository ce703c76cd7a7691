package dev.millrace.engine.internal.append;

import java.util.Optional;

/**
 * An input that becomes {@code invalid-event-appended}.
 *
 * @param raw the whole input as compact JSON
 * @param problems one line for each problem
 * @param request a JSON object that describes the request that brought the input
 * @param verified a JSON object that says who signed the request
 * @param key the key of the delivery, in the space of processors
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record InvalidInput(
        byte[] raw, String problems, Optional<byte[]> request, Optional<byte[]> verified, Optional<String> key) {}
